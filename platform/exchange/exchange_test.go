package exchange_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"mashang/platform/exchange"
)

func key(t *testing.T) exchange.Key {
	t.Helper()
	k, err := exchange.NewKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestOneForm: no byte of a letter can be changed, added or taken away, and
// nobody else's key opens it.
func TestOneForm(t *testing.T) {
	a, b := key(t), key(t)
	in := exchange.Envelope{At: "2026-03-03T01:00:00Z", Body: `{"特":"<别>&\u2028"}`, From: "冀11", ID: "e1", Seq: 7, To: "立案系统"}
	file, err := a.Seal(in)
	if err != nil {
		t.Fatal(err)
	}
	in.V = exchange.Version
	if got, err := exchange.Open(file, a.Public()); err != nil || got != in {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := exchange.Open(file, b.Public()); !errors.Is(err, exchange.ErrSignature) {
		t.Errorf("another's key: %v", err)
	}
	for i := range file {
		for _, bit := range []byte{1, 0x20, 0x80} {
			c := bytes.Clone(file)
			c[i] ^= bit
			if _, err := exchange.Open(c, a.Public()); err == nil {
				t.Fatalf("byte %d may be another", i)
			}
		}
		if _, err := exchange.Open(file[:i], a.Public()); err == nil {
			t.Fatalf("the first %d bytes are a letter", i)
		}
	}
	for _, c := range [][]byte{append(bytes.Clone(file), '\n'), append([]byte(" "), file...), append(bytes.Clone(file), file...), bytes.Replace(file, []byte(`"ack"`), []byte(`"x":1,"ack"`), 1)} {
		if _, err := exchange.Open(c, a.Public()); !errors.Is(err, exchange.ErrForm) {
			t.Errorf("%.40q: %v", c, err)
		}
	}
	if _, err := exchange.Open(file, "short"); err == nil {
		t.Error("no key opens it")
	}
}

// TestWhole: a reader never sees half a file, however often it is replaced.
func TestWhole(t *testing.T) {
	f := exchange.Folder(filepath.Join(t.TempDir(), "out"))
	if err := f.Make(); err != nil {
		t.Fatal(err)
	}
	long, short := bytes.Repeat([]byte("a"), 200_000), bytes.Repeat([]byte("b"), 10)
	if err := f.Write(exchange.Letter(1), long); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 60 {
			if err := f.Write(exchange.Letter(1), [][]byte{long, short}[i%2]); err != nil {
				t.Error(err)
			}
		}
	})
	for range 300 {
		b, ok, err := f.Read(exchange.Letter(1))
		if err != nil || !ok || len(b) != len(long) && len(b) != len(short) {
			t.Fatalf("%d bytes of a file, %v %v", len(b), ok, err)
		}
		if ns, err := f.Letters(); err != nil || len(ns) > 1 {
			t.Fatalf("%v %v", ns, err)
		}
	}
	wg.Wait()
	if left, _ := filepath.Glob(filepath.Join(string(f), ".tmp-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

// TestNames: only whole names count, in the order of numbers; what is too
// large, a link or a folder is no letter.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	f := exchange.Folder(dir)
	for _, n := range []int64{10, 9, 200, 1} {
		if err := f.Write(exchange.Letter(n), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []string{"1.json", "000000000000.json", "000000000003.json.part", ".tmp-000000000004.json", "-00000000005.json", "000000000006.ack"} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := f.Letters()
	acks, aerr := f.Acks()
	if err != nil || aerr != nil || len(got) != 4 || got[0] != 1 || got[3] != 200 || len(acks) != 1 || acks[0] != 6 {
		t.Errorf("%v %v, %v %v", got, acks, err, aerr)
	}
	if err := os.WriteFile(filepath.Join(dir, "big"), []byte(strings.Repeat("x", exchange.Most+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{"big": exchange.ErrSize, "link": exchange.ErrForm} {
		if _, _, err := f.Read(name); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, exchange.Letter(300)), 0o600); err != nil { // at which a reader would wait for ever
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, exchange.Letter(301)), 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", filepath.Join(dir, exchange.Letter(302)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for n := int64(300); n < 303; n++ {
		if _, _, err := f.Read(exchange.Letter(n)); !errors.Is(err, exchange.ErrForm) {
			t.Errorf("%d: %v", n, err)
		}
	}
	if _, ok, err := f.Read("none"); ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
	if err := errors.Join(f.Remove("none"), f.Remove(exchange.Letter(9))); err != nil {
		t.Error(err)
	}
}
