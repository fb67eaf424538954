package mashang_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"mashang"
	"mashang/law/identity"
	"mashang/platform/backup"
	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// TestWordsStayInside: a word of its own stands in every field that somebody
// writes into, and numbers of identity, phones and a bank card with them. After
// everybody has asked for every page, what was written for a few is in plain
// text in no backup, no record that somebody else takes home, no line of the
// log, no figure, no error and no address; nor is any number. A search that
// finds what is there for all finds none of it.
func TestWordsStayInside(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const card = "6222020200098765437"
		words := map[string]string{}
		s := h.write(func(route, field string) string {
			key := route + " " + field
			if words[key] == "" {
				words[key] = "鹦鹉螺" + strings.ToUpper(rand.Text()[:8])
			}
			if field == "text" || field == "content" {
				return words[key] + "，我的卡号是" + card
			}
			return words[key]
		})
		numbers := []string{card}
		for n := 300; n < 352; n++ {
			numbers = append(numbers, identity.Fictional(n, mustDate("1980-01-02"), true), identity.FictionalPhone(n), identity.FictionalUSCC(n))
		}
		long, short := h.caseCode(s.first, s.own)
		numbers = append(numbers, long, short)
		var all []string
		for _, w := range words {
			all = append(all, w)
		}
		if len(all) < 60 {
			t.Fatalf("%d words", len(all))
		}

		// Errors: what is typed wrongly, and what is ours to mend, with the numbers in them.
		var errs strings.Builder
		for _, path := range []string{"/account/login", "/account/register", "/onecode/open", "/account/find", "/casebook/enter"} {
			for _, who := range []string{"", s.own, "韩雪"} {
				a := h.post(who, path, map[string]string{"name": words["POST /complaint/write/{case} text"], "number": numbers[1] + "1", "phone": numbers[2] + "1", "id_type": "resident", "code": long + "X"})
				if a.code == http.StatusOK {
					t.Errorf("%s by %s is taken", path, who)
				}
				errs.WriteString(a.body + a.loc)
			}
		}
		h.Kit.Fail = func(*db.Tx) error { return errFault }
		errs.WriteString(h.post(s.own, "/onecode/"+s.first+"/ask", map[string]string{"kind": "question", "text": words["POST /oversight/record content"] + card}).must(t, "a fault of ours", http.StatusInternalServerError).body)
		h.Kit.Fail = nil

		found := map[string]bool{}
		var addresses strings.Builder
		s.look(func(who, path string, a answer, head http.Header) {
			addresses.WriteString(path + " " + a.loc + " " + fmt.Sprint(head["Set-Cookie"]) + "\n")
			if a.code >= http.StatusBadRequest { // its masthead says which court this is, and to whom it speaks
				body := strings.ReplaceAll(a.body, words["POST /setup/court title"], "")
				if who == s.own || who == s.other {
					body = strings.ReplaceAll(body, who, "")
				}
				errs.WriteString(body)
			}
			for key, w := range words {
				found[key] = found[key] || a.code == http.StatusOK && strings.Contains(a.body, w)
			}
		})
		seen := 0
		for _, ok := range found {
			if ok {
				seen++
			}
		}
		if seen < len(words)/2 || !found["POST /onecode/{case}/ask text"] || !found["POST /complaint/write/{case} text"] {
			t.Errorf("only %d of %d words are seen by anybody", seen, len(words))
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		h.KeepTrail(ctx)
		h.drain()
		for what, text := range map[string]string{"log": h.log.String(), "figures": h.get("", "/metrics").body, "errors": errs.String(), "addresses": addresses.String()} {
			if len(text) < 500 {
				t.Fatalf("%s: nothing was looked at", what)
			}
			without(t, what, text, all, numbers)
		}
		if !strings.Contains(h.log.String(), "request failed") || !strings.Contains(h.log.String(), `"why":"not_found"`) {
			t.Error("the log does not tell what failed and what was refused")
		}

		s.takenHome(words, numbers)
		s.backedUp(words, all, numbers)
	})
}

// without: neither a word nor a number stands in a text.
func without(t *testing.T, what, text string, lists ...[]string) {
	t.Helper()
	for _, list := range lists {
		for _, w := range list {
			if i := strings.Index(text, w); w != "" && i >= 0 {
				t.Errorf("%s stands in the %s: %q", w, what, text[max(0, i-100):min(len(text), i+100)])
			}
		}
	}
}

// takenHome: the record that a side takes home holds its own words and those
// for both, and nothing of what was written for others.
func (s *written) takenHome(words map[string]string, numbers []string) {
	s.t.Helper()
	for who, other := range map[string]string{s.own: "", s.other: "POST /onecode/{case}/ask text"} {
		record := s.post(who, "/casebook/"+s.first+"/export", nil).must(s.t, "export", http.StatusOK).body
		if !strings.Contains(record, words["POST /casebook/{case}/suspend reason"]) && !strings.Contains(record, words["POST /casebook/{case}/procedure reason"]) {
			s.t.Errorf("%s: the search would find nothing", who)
		}
		if asked := strings.Contains(record, words["POST /onecode/{case}/ask text"]); asked == (other != "") {
			s.t.Errorf("%s: the plaintiff's words are in the record: %v", who, asked)
		}
		var never []string
		for key, w := range words {
			route, _, _ := strings.Cut(strings.TrimPrefix(key, "POST "), " ")
			for _, p := range []string{"/oversight", "/complaint", "/setup", "/connect", "/account", "/onecode/standard", "/onecode/delegate", "/onecode/follow", "/onecode/{case}/message/{message}/draft", "/onecode/{case}/message/{message}/route"} {
				if strings.HasPrefix(route, p) {
					never = append(never, w)
				}
			}
		}
		without(s.t, "record of "+who, record, never, numbers[1:])
	}
}

// backedUp: neither the files of a backup nor what they unpack to show a word
// or a number; with the key, what is sealed is still sealed.
func (s *written) backedUp(words map[string]string, all, numbers []string) {
	s.t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		s.t.Fatal(err)
	}
	dir := s.t.TempDir()
	r, err := backup.To(s.t.Context(), s.Kit.DB, mashang.Tables(s.Services.List), s.Kit.Vault.Keys, s.Kit.Blob, dir, id.Recipient(), s.Kit.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		b, err := os.ReadFile(path)
		without(s.t, "backup", string(b)+path, all, numbers)
		if z, zerr := gzip.NewReader(bytes.NewReader(b)); zerr == nil {
			s.t.Errorf("%s unpacks without a key", path)
			_ = z.Close()
		}
		return err
	})
	if err != nil || n < 5 {
		s.t.Fatalf("%d files, %v", n, err)
	}
	f, err := os.Open(r.File)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	plain, err := age.Decrypt(f, id)
	if err != nil {
		s.t.Fatal(err)
	}
	z, err := gzip.NewReader(plain)
	if err != nil {
		s.t.Fatal(err)
	}
	state, err := io.ReadAll(z)
	if err != nil {
		s.t.Fatal(err)
	}
	if w := words["POST /casebook/enter cause"]; !strings.Contains(string(state), w) {
		s.t.Errorf("the search would not find %s in what the key opens", w)
	}
	var sealed []string
	for key, w := range words {
		if strings.HasPrefix(key, "POST /oversight/record ") || strings.HasPrefix(key, "POST /complaint/") || strings.Contains(key, "/rate") {
			sealed = append(sealed, w, base64.StdEncoding.EncodeToString([]byte(w)))
		}
	}
	if len(sealed) < 30 {
		s.t.Fatalf("%d sealed words", len(sealed))
	}
	without(s.t, "database under the backup's key", string(state), sealed, numbers[1:])
}

// TestPictureFromHome: the picture that a judge sends with an answer does not say
// where he took it; what a party sends stays as it is, for it may be evidence.
func TestPictureFromHome(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	const place = "GPSLatitude=37,44.2057N"
	xmp := "http://ns.adobe.com/xap/1.0/\x00" + place
	picture := []byte("\xff\xd8\xff\xe1\x00" + string(rune(len(xmp)+2)) + xmp + "\xff\xdb\x00\x04ab\xff\xda the picture")
	q := h.upload("贾若兰", "/onecode/"+id+"/ask", map[string]string{"text": "是这个吗？"}, "files", "图.jpg", picture).must(t, "ask", 200).get("id")
	a := h.upload("周明远", "/onecode/"+id+"/message/"+q+"/send", map[string]string{"text": "是这个"}, "files", "图.jpg", picture).must(t, "send", 200).get("id")
	for who, m := range map[string]string{"周明远": q, "贾若兰": a} {
		body := h.get(who, "/onecode/"+id+"/message/"+m+"/file/0").must(t, who, 200).body
		if has := strings.Contains(body, place); has != (m == q) || !strings.Contains(body, "the picture") {
			t.Errorf("%s gets the place: %v, of %d bytes %d", who, has, len(picture), len(body))
		}
	}
}
