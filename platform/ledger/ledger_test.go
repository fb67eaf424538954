package ledger_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/ledger"
)

func open(t *testing.T, d *db.DB, keys string) (*ledger.Ledger, *clock.Moved) {
	t.Helper()
	if err := d.Migrate(t.Context(), "ledger", ledger.Schema); err != nil {
		t.Fatal(err)
	}
	s, err := ledger.NewSigner(keys)
	if err != nil {
		t.Fatal(err)
	}
	c := clock.At(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC))
	l := ledger.New(c, s)
	err = l.Declare(
		ledger.Kind{Name: "t.said", Title: "说话", Audience: ledger.Parties},
		ledger.Kind{Name: "t.inner", Title: "内部", Audience: ledger.Court},
		ledger.Kind{Name: "t.exported", Title: "导出", Audience: ledger.Named})
	if err != nil {
		t.Fatal(err)
	}
	return l, c
}

func do(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Do(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func say(l *ledger.Ledger, holders ...string) func(tx *db.Tx) error {
	return func(tx *db.Tx) error {
		_, err := l.Append(tx, ledger.Entry{Kind: "t.said", Court: "冀11", Case: "c1", Actor: "a", Holders: holders, Body: map[string]any{"n": 1},
			Private: map[string]string{"text": "开庭能不能用手机参加？", "who": "原告"}, Only: map[string]string{"text": "a"}})
		return err
	}
}

func receipt(t *testing.T, d *db.DB, l *ledger.Ledger, holder string, witnesses ...string) []byte {
	t.Helper()
	do(t, d, func(tx *db.Tx) error { return l.Close(tx, "t.exported", "冀11", "c1", holder) })
	b, err := l.Receipt(t.Context(), d, holder, "c1", witnesses)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReceipt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, _ := open(t, d, t.TempDir())
		do(t, d, say(l, "a", "b"))
		do(t, d, say(l, "a")) // the other side must not notice
		do(t, d, say(l, "a", "b"))
		do(t, d, func(tx *db.Tx) error {
			_, err := l.Append(tx, ledger.Entry{Kind: "t.inner", Case: "c1", Actor: "j"})
			return err
		})
		a, b := receipt(t, d, l, "a"), receipt(t, d, l, "b")
		ra, err := ledger.Verify(a)
		if err != nil {
			t.Fatal(err)
		}
		rb, err := ledger.Verify(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(ra.Entries) != 4 || len(rb.Entries) != 3 {
			t.Fatalf("a holds %d, b holds %d entries", len(ra.Entries), len(rb.Entries))
		}
		if got := ra.Entries[0].Opened; len(got) != 2 || got[0].Value != "开庭能不能用手机参加？" {
			t.Fatalf("a's own words: %v", got)
		}
		if got := rb.Entries[0]; len(got.Opened) != 1 || got.Opened[0].Value != "原告" || len(got.Hidden) != 1 {
			t.Fatalf("b sees %v, hidden %v", got.Opened, got.Hidden)
		}
		if strings.Contains(string(b), "手机") || strings.Contains(string(b), "t.inner") {
			t.Fatal("b's receipt holds what is not b's")
		}
		if ra.Fingerprint != l.Signer().Fingerprint() {
			t.Fatal("fingerprint")
		}
	})
}

// TestEveryByte: no single byte of a receipt can be changed, dropped or added.
func TestEveryByte(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	l, _ := open(t, d, t.TempDir())
	for range 3 {
		do(t, d, say(l, "a", "b"))
	}
	w, url := witness(t, l)
	if _, err := l.Seal(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	receipt(t, d, l, "a")
	do(t, d, say(l, "a"))
	do(t, d, func(tx *db.Tx) error { return l.Close(tx, "t.exported", "冀11", "c1", "a") })
	if _, err := l.Seal(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := l.AskWitness(t.Context(), d, url, w.Key()); err != nil {
		t.Fatal(err)
	}
	good, err := l.Receipt(t.Context(), d, "a", "c1", []string{w.Key()})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := ledger.Verify(good)
	if err != nil || len(rep.Witnesses) != 1 {
		t.Fatalf("%v, witnesses %v", err, rep.Witnesses)
	}
	for i := range good {
		for _, x := range []byte{1, 2, 0x20, 0x80} {
			bad := append([]byte{}, good...)
			bad[i] ^= x
			if _, err := ledger.Verify(bad); err == nil {
				t.Fatalf("byte %d ^ %#x accepted: …%s…", i, x, good[max(0, i-20):min(len(good), i+20)])
			}
		}
		if _, err := ledger.Verify(append(append([]byte{}, good[:i]...), good[i+1:]...)); err == nil {
			t.Fatalf("byte %d dropped and accepted", i)
		}
		if _, err := ledger.Verify(append(append(append([]byte{}, good[:i]...), ' '), good[i:]...)); err == nil {
			t.Fatalf("blank before byte %d accepted", i)
		}
	}
}

// TestOmission: an entry left out shows, wherever it stood.
func TestOmission(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	l, _ := open(t, d, t.TempDir())
	for range 4 {
		do(t, d, say(l, "a"))
	}
	good := receipt(t, d, l, "a")
	var r ledger.Receipt
	if err := json.Unmarshal(good, &r); err != nil {
		t.Fatal(err)
	}
	for i := range r.Entries {
		cut := r
		cut.Entries = append(append([]ledger.Proved{}, r.Entries[:i]...), r.Entries[i+1:]...)
		text, err := ledger.Canon(cut)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.Verify([]byte(text)); err == nil {
			t.Fatalf("receipt without entry %d accepted", i+1)
		}
	}
	cut := r
	cut.Entries = r.Entries[:2]
	text, _ := ledger.Canon(cut)
	if _, err := ledger.Verify([]byte(text)); err == nil {
		t.Fatal("receipt cut short accepted")
	}
}

// TestFork: a court that rewrites its ledger, with its own key, is found out
// by a receipt that someone kept, and by a witness.
func TestFork(t *testing.T) {
	keys := t.TempDir()
	d := dbtest.Open(t, dbtest.SQLite(t))
	l, _ := open(t, d, keys)
	w, url := witness(t, l)
	for range 3 {
		do(t, d, say(l, "a"))
	}
	kept := receipt(t, d, l, "a")
	if err := l.AskWitness(t.Context(), d, url, w.Key()); err != nil {
		t.Fatal(err)
	}
	do(t, d, say(l, "a"))
	honest := receipt(t, d, l, "a")
	if err := ledger.Extends(kept, honest); err != nil {
		t.Fatal(err)
	}
	if err := l.AskWitness(t.Context(), d, url, w.Key()); err != nil {
		t.Fatal(err)
	}

	d2 := dbtest.Open(t, dbtest.SQLite(t))
	l2, _ := open(t, d2, keys) // the same key, another history
	for range 6 {
		do(t, d2, say(l2, "a"))
	}
	forged := receipt(t, d2, l2, "a")
	if _, err := ledger.Verify(forged); err != nil {
		t.Fatalf("alone it must verify: %v", err)
	}
	if err := ledger.Extends(kept, forged); err == nil {
		t.Fatal("a rewritten history passes for a continuation")
	}
	if err := l2.AskWitness(t.Context(), d2, url, w.Key()); err == nil {
		t.Fatal("the witness signed a fork")
	}
}

func TestChainUnderLoad(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, _ := open(t, d, t.TempDir())
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 20 {
					if err := d.Do(t.Context(), say(l, "a", "b")); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		rep, err := ledger.Verify(receipt(t, d, l, "a"))
		if err != nil || len(rep.Entries) != 161 {
			t.Fatalf("%d entries, %v", len(rep.Entries), err)
		}
	})
}

type memory struct {
	mu   sync.Mutex
	size int64
	root tlog.Hash
}

func (m *memory) Last() (int64, tlog.Hash, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.size, m.root, nil
}

func (m *memory) Swap(old, size int64, root tlog.Hash) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.size != old {
		return fmt.Errorf("moved on")
	}
	m.size, m.root = size, root
	return nil
}

func witness(t *testing.T, l *ledger.Ledger) (*ledger.Witness, string) {
	t.Helper()
	w, err := ledger.NewWitness(t.TempDir(), "witness.example", l.Signer().Verifier, &memory{}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	return w, s.URL
}
