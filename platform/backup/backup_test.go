package backup_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"mashang/platform/backup"
	"mashang/platform/blob"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/ledger"
	"mashang/platform/vault"
)

const (
	phone  = "13900001234"
	idCard = "131102199001010017"
	secret = "这句话只有当事人能看"
)

// house is a small court: a ledger, a sealed number, a blob, keys.
type house struct {
	d     *db.DB
	l     *ledger.Ledger
	v     *vault.Vault
	blobs blob.Store
	keys  string
	path  string // of the SQLite file
}

var tables = []string{"platform_schema", "ledger_entry", "ledger_chain", "ledger_link", "ledger_secret", "ledger_hash", "ledger_checkpoint", "ledger_cosignature", "ledger_export", "t_person", "t_note"}

func open(t *testing.T, dsn, dir string) *house {
	t.Helper()
	h := &house{d: dbtest.Open(t, dsn), keys: filepath.Join(dir, "keys"), path: strings.TrimPrefix(dsn, "sqlite:")}
	var err error
	if h.v, err = vault.Open(h.keys); err != nil {
		t.Fatal(err)
	}
	s, err := ledger.NewSigner(h.keys)
	if err != nil {
		t.Fatal(err)
	}
	h.l = ledger.New(clock.System{}, s)
	if err := h.l.Declare(ledger.Kind{Name: "t.said", Title: "说话", Audience: ledger.Parties}); err != nil {
		t.Fatal(err)
	}
	if h.blobs, err = blob.OpenFolder(filepath.Join(dir, "blobs")); err != nil {
		t.Fatal(err)
	}
	if err := h.d.Migrate(t.Context(), "ledger", ledger.Schema); err != nil {
		t.Fatal(err)
	}
	h.do(t, func(tx *db.Tx) error {
		if _, err := tx.Exec(`CREATE TABLE t_person (id TEXT PRIMARY KEY, phone TEXT NOT NULL, born BIGINT, note TEXT)`); err != nil {
			return err
		}
		_, err := tx.Exec(`CREATE TABLE t_note (id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES t_person (id), n BIGINT NOT NULL)`)
		return err
	})
	return h
}

func (h *house) do(t *testing.T, f func(tx *db.Tx) error) {
	t.Helper()
	if err := h.d.Do(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func (h *house) fill(t *testing.T) {
	t.Helper()
	for i := range 250 {
		h.do(t, func(tx *db.Tx) error {
			id := string(rune('a'+i%26)) + time.Duration(i).String()
			if _, err := tx.Exec(`INSERT INTO t_person (id, phone, born, note) VALUES (?, ?, ?, NULL)`, id, h.v.Seal("person.phone", phone)+h.v.Seal("person.id", idCard), int64(1)<<60+int64(i)); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO t_note (id, person, n) VALUES (?, ?, ?)`, id, id, -i); err != nil {
				return err
			}
			_, err := h.l.Append(tx, ledger.Entry{Kind: "t.said", Case: "c1", Actor: "a", Holders: []string{"a"}, Private: map[string]string{"text": secret + "\u2028<&>\""}})
			return err
		})
	}
	if _, err := h.l.Seal(t.Context(), h.d); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"", "一份证据 " + phone, strings.Repeat("长", 100_000)} {
		if _, _, err := h.blobs.Put(t.Context(), strings.NewReader(s)); err != nil {
			t.Fatal(err)
		}
	}
}

func (h *house) copyTo(t *testing.T, dir string, id *age.X25519Identity) backup.Report {
	t.Helper()
	r, err := backup.To(t.Context(), h.d, tables, h.keys, h.blobs, dir, id.Recipient(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// bring restores a backup the way the command does.
func bring(t *testing.T, from string, id age.Identity, dsn string) *house {
	t.Helper()
	state, err := backup.Latest(from)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := backup.Keys(state, id, filepath.Join(dir, "keys")); err != nil {
		t.Fatal(err)
	}
	h := open(t, dsn, dir)
	if _, err := backup.Rows(t.Context(), h.d, state, id, tables); err != nil {
		t.Fatal(err)
	}
	if n, err := backup.Blobs(t.Context(), from, id, h.blobs); err != nil || n != 3 {
		t.Fatalf("%d files, %v", n, err)
	}
	return h
}

func identity(t *testing.T) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// dump is every row of every table but the list of migrations.
func (h *house) dump(t *testing.T) string {
	var b strings.Builder
	err := h.d.Read(context.Background(), func(tx *db.Tx) error {
		for _, x := range tables[1:] {
			rows, err := db.List[string](tx, `SELECT COUNT(*) || '' AS n FROM `+x)
			if err != nil {
				return err
			}
			b.WriteString(x + " " + rows[0] + "\n")
		}
		l, err := db.List[string](tx, `SELECT p.id || ' ' || p.phone || ' ' || p.born || ' ' || COALESCE(p.note, 'NULL') || ' ' || n.n AS x FROM t_person p JOIN t_note n ON n.person = p.id ORDER BY p.id`)
		b.WriteString(strings.Join(l, "\n"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestThereAndBack: SQLite → PostgreSQL → SQLite, with writing going on while
// the first copy is made; each stop passes the audit and holds the same rows.
func TestThereAndBack(t *testing.T) {
	id := identity(t)
	first := open(t, dbtest.SQLite(t), t.TempDir())
	first.fill(t)
	want := first.dump(t)
	h, dir := first, ""
	for _, dsn := range []string{dbtest.Postgres(t), dbtest.SQLite(t)} {
		dir = t.TempDir()
		if r := h.copyTo(t, dir, id); r.Blobs != 3 || r.Rows < 1000 {
			t.Fatalf("%+v", r)
		}
		h = bring(t, dir, id, dsn)
		r, err := ledger.Audit(t.Context(), h.d, first.l.Signer().Verifier)
		if err != nil || !r.OK() || r.Entries != 250 || h.l.Signer().Verifier != first.l.Signer().Verifier {
			t.Fatalf("%v %+v", err, r)
		}
		if got := h.dump(t); got != want {
			t.Fatal("the rows differ")
		}
	}
	if r := h.copyTo(t, dir, id); r.Blobs != 0 {
		t.Fatalf("%d files copied again", r.Blobs)
	}
}

func TestWhileWriting(t *testing.T) {
	each := map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres}
	for name, dsn := range each {
		t.Run(name, func(t *testing.T) {
			id := identity(t)
			h := open(t, dsn(t), t.TempDir())
			h.fill(t)
			stop := make(chan struct{})
			done := make(chan error, 1)
			go func() {
				for {
					select {
					case <-stop:
						done <- nil
						return
					default:
					}
					err := h.d.Do(context.Background(), func(tx *db.Tx) error {
						_, err := h.l.Append(tx, ledger.Entry{Kind: "t.said", Case: "c1", Actor: "a", Holders: []string{"a"}})
						return err
					})
					if err == nil {
						_, err = h.l.Seal(context.Background(), h.d)
					}
					if err != nil {
						done <- err
						return
					}
				}
			}()
			dir := t.TempDir()
			for range 3 {
				h.copyTo(t, dir, id)
			}
			close(stop)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			back := bring(t, dir, id, dbtest.SQLite(t))
			if r, err := ledger.Audit(t.Context(), back.d, h.l.Signer().Verifier); err != nil || !r.OK() {
				t.Fatalf("%v %+v", err, r.Faults)
			}
		})
	}
}

// TestNothingReadable: neither a backup nor the raw database file shows a
// number; the backup shows no word at all.
func TestNothingReadable(t *testing.T) {
	h := open(t, dbtest.SQLite(t), t.TempDir())
	h.fill(t)
	dir := t.TempDir()
	h.copyTo(t, dir, identity(t))
	search := func(root string, words ...string) {
		n := 0
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			n++
			b, err := os.ReadFile(path)
			for _, w := range words {
				if bytes.Contains(b, []byte(w)) {
					t.Errorf("%s holds %q", filepath.Base(path), w)
				}
			}
			return err
		})
		if err != nil || n == 0 {
			t.Fatalf("%d files, %v", n, err)
		}
	}
	search(dir, phone, idCard, secret, "说话", "ledger_entry", "证据")
	search(filepath.Dir(h.path), phone, idCard)
}

func TestRefusals(t *testing.T) {
	id := identity(t)
	h := open(t, dbtest.SQLite(t), t.TempDir())
	h.fill(t)
	dir := t.TempDir()
	state := h.copyTo(t, dir, id).File
	if err := backup.Keys(state, identity(t), t.TempDir()); err == nil {
		t.Error("a wrong key opens it")
	}
	if err := backup.Keys(state, id, h.keys); err == nil {
		t.Error("keys that are there were replaced")
	}
	whole, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	target := open(t, dbtest.SQLite(t), t.TempDir())
	target.do(t, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO t_person (id, phone) VALUES ('x', 'y')`)
		return err
	})
	for _, bad := range [][]byte{whole[:len(whole)/2], whole[:len(whole)-1], whole[:200], nil, append(append([]byte{}, whole[:5000]...), whole[5001:]...)} {
		path := filepath.Join(t.TempDir(), "state-1.age")
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Rows(t.Context(), target.d, path, id, tables); err == nil {
			t.Errorf("%d of %d bytes were accepted", len(bad), len(whole))
		}
	}
	target.do(t, func(tx *db.Tx) error {
		_, err := db.One[string](tx, `SELECT id FROM t_person`) // a refused file changed nothing
		return err
	})
	if _, err := backup.Rows(t.Context(), target.d, state, id, tables[:5]); err == nil {
		t.Error("a table nobody knows was accepted")
	}
	if _, err := backup.Latest(t.TempDir()); err == nil {
		t.Error("an empty folder holds a backup")
	}
	files, err := filepath.Glob(filepath.Join(dir, "blobs", "*"))
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	if err := os.Rename(files[0], files[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Blobs(t.Context(), dir, id, target.blobs); err == nil {
		t.Error("a file under another's name was accepted")
	}
}
