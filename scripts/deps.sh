#!/bin/sh
# Installs what the tests need and this machine lacks: a PostgreSQL server, a
# browser, a token of files, and independent readers of PDFs, codes, films and
# lists. As root it installs; as anyone else it prints the command and fails.
set -eu
want=""
need() { # need PACKAGE TEST…
	pkg=$1
	shift
	"$@" >/dev/null 2>&1 || want="$want $pkg"
}
has_postgres() { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }
has_cjk() { fc-list :lang=zh-cn | grep -q . ; }
need postgresql has_postgres
need chromium sh -c 'command -v chromium || command -v chromium-browser || command -v google-chrome'
need poppler-utils command -v pdftotext
need qpdf command -v qpdf
need libnss3-tools command -v certutil
need openssl command -v openssl
need softhsm2 command -v softhsm2-util
need opensc command -v pkcs11-tool
need zbar-tools command -v zbarimg
need ffmpeg command -v ffprobe
has_office() { ls /usr/lib/libreoffice/program/libsclo.so /usr/lib/libreoffice/program/libswlo.so; }
need "libreoffice-calc-nogui libreoffice-writer-nogui" has_office
need fonts-noto-cjk has_cjk
[ -n "$want" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "The tests need packages that are not installed. Run as root:" >&2
	echo "  apt-get install -y --no-install-recommends$want" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >/dev/null
# shellcheck disable=SC2086
apt-get install -y -q --no-install-recommends $want >/dev/null
