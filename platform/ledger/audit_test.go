package ledger_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/ledger"
)

// court fills a ledger in which every kind of row occurs: two holders, two
// cases, private values, several checkpoints, an export, pending entries.
func court(t *testing.T, d *db.DB) *ledger.Ledger {
	t.Helper()
	l, c := open(t, d, t.TempDir())
	for i := range 12 {
		do(t, d, say(l, "a", "b"))
		c.Add(time.Second)
		do(t, d, func(tx *db.Tx) error {
			_, err := l.Append(tx, ledger.Entry{Kind: "t.said", Court: "冀11", Case: "c2", Actor: "system:x", Holders: []string{"b"}, Body: map[string]any{"text": `a "quoted" } text`, "ok": true}})
			return err
		})
		c.Add(time.Second)
		if i%5 == 4 {
			receipt(t, d, l, "a")
			c.Add(time.Second)
		}
	}
	receipt(t, d, l, "a")
	c.Add(time.Second)
	do(t, d, say(l, "b")) // stays pending
	return l
}

func audit(t *testing.T, d *db.DB, l *ledger.Ledger, seen ...string) ledger.AuditReport {
	t.Helper()
	r, err := ledger.AuditWith(t.Context(), d, l.Signer().Verifier, ledger.Outside{Seen: seen})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAudit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := court(t, d)
		r := audit(t, d, l)
		if !r.OK() {
			t.Fatalf("%+v", r.Faults)
		}
		if r.Entries != 27 || r.Size != 27 || r.Pending != 1 || r.Chains != 3 || r.Links != 40 || r.Secrets != 26 || r.Checkpoints != 3 || r.Hashes != tlog.StoredHashCount(27) {
			t.Fatalf("%+v", r)
		}
		if r = audit(t, d, l, r.Checkpoint); !r.OK() || r.Outside != 1 {
			t.Fatalf("%+v", r)
		}
		do(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(`DELETE FROM ledger_secret WHERE holder = 'a'`)
			return err
		})
		if r = audit(t, d, l); !r.OK() || r.Erased != 13 {
			t.Fatalf("after erasure: %+v", r)
		}
	})
}

// tampering is what somebody with every right in the database may try.
var tampering = []struct {
	name, kind string
	sql        []string
}{
	{"edit a text", ledger.FaultEdited, []string{`UPDATE ledger_entry SET leaf = REPLACE(leaf, '说话', '沉默') WHERE seq = 3`}},
	{"edit the last text", ledger.FaultEdited, []string{`UPDATE ledger_entry SET leaf = REPLACE(leaf, '导出', '说话') WHERE seq = 26`}},
	{"edit the time", ledger.FaultColumn, []string{`UPDATE ledger_entry SET at = at - 86400000 WHERE seq = 3`}},
	{"edit who", ledger.FaultColumn, []string{`UPDATE ledger_entry SET actor = 'somebody' WHERE seq = 4`}},
	{"edit the kind", ledger.FaultColumn, []string{`UPDATE ledger_entry SET kind = 't.inner' WHERE seq = 4`}},
	{"edit the case", ledger.FaultColumn, []string{`UPDATE ledger_entry SET case_id = 'c9' WHERE seq = 4`}},
	{"delete one", ledger.FaultMissing, []string{`DELETE FROM ledger_entry WHERE seq = 7`}},
	{"delete the first", ledger.FaultMissing, []string{`DELETE FROM ledger_entry WHERE seq = 0`}},
	{"delete and renumber", ledger.FaultEdited, []string{`DELETE FROM ledger_entry WHERE seq = 7`,
		`UPDATE ledger_entry SET seq = -seq WHERE seq > 7`, `UPDATE ledger_entry SET seq = -seq - 1 WHERE seq < 0`}},
	{"unseal one", ledger.FaultMissing, []string{`UPDATE ledger_entry SET seq = NULL WHERE seq = 5`}},
	{"insert at the end", ledger.FaultExtra, []string{`INSERT INTO ledger_entry (id, at, kind, court_id, case_id, actor, leaf, seq) SELECT 'x', at, kind, court_id, case_id, actor, leaf, 27 FROM ledger_entry WHERE seq = 1`}},
	{"insert in the middle", ledger.FaultEdited, []string{`UPDATE ledger_entry SET seq = -seq - 1 WHERE seq >= 9`, `UPDATE ledger_entry SET seq = -seq WHERE seq < 0`,
		`INSERT INTO ledger_entry (id, at, kind, court_id, case_id, actor, leaf, seq) SELECT 'x', at, kind, court_id, case_id, actor, leaf, 9 FROM ledger_entry WHERE seq = 1`}},
	{"insert before the first", ledger.FaultExtra, []string{`INSERT INTO ledger_entry (id, at, kind, court_id, case_id, actor, leaf, seq) SELECT 'x', at, kind, court_id, case_id, actor, leaf, -1 FROM ledger_entry WHERE seq = 1`}},
	{"swap two", ledger.FaultEdited, []string{`UPDATE ledger_entry SET seq = -1 WHERE seq = 2`, `UPDATE ledger_entry SET seq = 2 WHERE seq = 6`, `UPDATE ledger_entry SET seq = 6 WHERE seq = -1`}},
	{"truncate entries", ledger.FaultMissing, []string{`DELETE FROM ledger_entry WHERE seq >= 20`}},
	{"truncate all", ledger.FaultMissing, []string{`DELETE FROM ledger_entry`}},
	{"truncate entries and checkpoints", ledger.FaultRollback, []string{`DELETE FROM ledger_entry WHERE seq >= 22`, `DELETE FROM ledger_checkpoint WHERE size > 22`}},
	{"truncate with hashes", ledger.FaultRollback, []string{`DELETE FROM ledger_entry WHERE seq >= 22`, `DELETE FROM ledger_checkpoint WHERE size > 22`, `DELETE FROM ledger_hash WHERE idx >= 41`}},
	{"truncate with exports", ledger.FaultChain, []string{`DELETE FROM ledger_entry WHERE seq >= 22`, `DELETE FROM ledger_checkpoint WHERE size > 22`, `DELETE FROM ledger_hash WHERE idx >= 41`, `DELETE FROM ledger_export WHERE size > 22`}},
	{"roll back a checkpoint", ledger.FaultRollback, []string{`DELETE FROM ledger_checkpoint WHERE size = 27`}},
	{"roll back every checkpoint", ledger.FaultExtra, []string{`DELETE FROM ledger_checkpoint`}},
	{"edit a checkpoint", ledger.FaultCheckpoint, []string{`UPDATE ledger_checkpoint SET note = REPLACE(note, '27', '28') WHERE size = 27`}},
	{"move a checkpoint", ledger.FaultCheckpoint, []string{`UPDATE ledger_checkpoint SET size = 28 WHERE size = 27`}},
	{"an earlier checkpoint twice", ledger.FaultCheckpoint, []string{`UPDATE ledger_checkpoint SET note = (SELECT note FROM ledger_checkpoint WHERE size = 11) WHERE size = 22`}},
	{"edit a node of the tree", ledger.FaultHash, []string{`UPDATE ledger_hash SET hash = (SELECT hash FROM ledger_hash WHERE idx = 0) WHERE idx = 6`}},
	{"delete a node of the tree", ledger.FaultHash, []string{`DELETE FROM ledger_hash WHERE idx = 6`}},
	{"delete a link", ledger.FaultChain, []string{`DELETE FROM ledger_link WHERE holder = 'b' AND case_id = 'c1' AND n = 4`}},
	{"delete the last link", ledger.FaultChain, []string{`DELETE FROM ledger_link WHERE holder = 'b' AND case_id = 'c2' AND n = 12`}},
	{"delete the last link and its place", ledger.FaultChain, []string{`DELETE FROM ledger_link WHERE holder = 'b' AND case_id = 'c2' AND n = 12`, `UPDATE ledger_chain SET n = 11 WHERE holder = 'b' AND case_id = 'c2'`}},
	{"delete a chain", ledger.FaultChain, []string{`DELETE FROM ledger_chain WHERE holder = 'b' AND case_id = 'c2'`}},
	{"delete a chain with its links", ledger.FaultChain, []string{`DELETE FROM ledger_chain WHERE holder = 'b' AND case_id = 'c2'`, `DELETE FROM ledger_link WHERE holder = 'b' AND case_id = 'c2'`}},
	{"rewrite a chain", ledger.FaultChain, []string{`DELETE FROM ledger_link WHERE holder = 'b' AND case_id = 'c1' AND n = 4`,
		`UPDATE ledger_link SET n = -n WHERE holder = 'b' AND case_id = 'c1' AND n > 4`, `UPDATE ledger_link SET n = -n - 1 WHERE n < 0`,
		`UPDATE ledger_chain SET n = n - 1 WHERE holder = 'b' AND case_id = 'c1'`}},
	{"change a salt", ledger.FaultChain, []string{`UPDATE ledger_link SET salt = '00' WHERE holder = 'b' AND case_id = 'c1' AND n = 2`}},
	{"hand a chain to another", ledger.FaultChain, []string{`UPDATE ledger_link SET holder = 'z' WHERE holder = 'b'`, `UPDATE ledger_chain SET holder = 'z' WHERE holder = 'b'`}},
	{"change a chain's end", ledger.FaultChain, []string{`UPDATE ledger_chain SET head = '' WHERE holder = 'a'`}},
	{"edit private words", ledger.FaultSecret, []string{`UPDATE ledger_secret SET value = '不来了' WHERE name = 'text'`}},
	{"add private words", ledger.FaultSecret, []string{`INSERT INTO ledger_secret (entry_id, name, holder, salt, value) SELECT id, 'added', '', '00', '编的' FROM ledger_entry WHERE seq = 1`}},
	{"private words of nobody", ledger.FaultSecret, []string{`INSERT INTO ledger_secret (entry_id, name, holder, salt, value) VALUES ('none', 'x', '', '00', '编的')`}},
}

func TestAuditFindsTampering(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := court(t, d)
		undone := fmt.Errorf("undone")
		for _, x := range tampering {
			t.Run(x.name, func(t *testing.T) {
				tables := keep(t, d)
				do(t, d, func(tx *db.Tx) error {
					for _, q := range x.sql {
						if n, err := tx.Exec(q); err != nil || n == 0 {
							return fmt.Errorf("%s: %d rows, %w", q, n, err)
						}
					}
					return nil
				})
				r := audit(t, d, l)
				found := false
				for _, f := range r.Faults {
					found = found || f.Kind == x.kind
					if strings.Contains(f.Text, "%!") {
						t.Error(f.Text)
					}
				}
				if !found {
					t.Errorf("no %q among %d faults: %.600v", x.kind, len(r.Faults), r.Faults)
				}
				bring(t, d, tables)
				if r := audit(t, d, l); !r.OK() {
					t.Fatalf("brought back badly: %v, %v", r.Faults, undone)
				}
			})
		}
	})
}

var ledgerTables = []string{"ledger_entry", "ledger_chain", "ledger_link", "ledger_secret", "ledger_hash", "ledger_checkpoint", "ledger_cosignature", "ledger_export"}

// keep copies the ledger's tables beside themselves; bring puts them back.
func keep(t *testing.T, d *db.DB) []string {
	do(t, d, func(tx *db.Tx) error {
		for _, x := range ledgerTables {
			if _, err := tx.Exec(`CREATE TABLE kept_` + x + ` AS SELECT * FROM ` + x); err != nil {
				return err
			}
		}
		return nil
	})
	return ledgerTables
}

func bring(t *testing.T, d *db.DB, tables []string) {
	do(t, d, func(tx *db.Tx) error {
		for _, x := range tables {
			for _, q := range []string{`DELETE FROM ` + x, `INSERT INTO ` + x + ` SELECT * FROM kept_` + x, `DROP TABLE kept_` + x} {
				if _, err := tx.Exec(q); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// TestAuditOutside: what the database alone can't show, a checkpoint that
// somebody kept shows: a ledger cut back as a whole, and one signed anew.
func TestAuditOutside(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keys := t.TempDir()
		l, c := open(t, d, keys)
		for range 3 {
			do(t, d, say(l, "a"))
			c.Add(time.Second)
		}
		if _, err := l.Seal(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		tables := keep(t, d)
		do(t, d, say(l, "a"))
		if _, err := l.Seal(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		kept := audit(t, d, l).Checkpoint
		bring(t, d, tables)
		if r := audit(t, d, l); !r.OK() {
			t.Fatalf("an older copy is a good ledger by itself: %v", r.Faults)
		}
		if r := audit(t, d, l, kept); len(r.Faults) != 1 || r.Faults[0].Kind != ledger.FaultRollback {
			t.Fatalf("cut back: %v", r.Faults)
		}
		c.Add(time.Minute)
		do(t, d, say(l, "b"))
		if _, err := l.Seal(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if r := audit(t, d, l, kept); len(r.Faults) != 1 || r.Faults[0].Kind != ledger.FaultOutside {
			t.Fatalf("another history: %v", r.Faults)
		}
	})
}

// TestAuditForgedKey: a checkpoint signed with another key of the same name.
func TestAuditForgedKey(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	l := court(t, d)
	skey, _, err := note.GenerateKey(nil, l.Signer().Origin)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(audit(t, d, l).Checkpoint, "\n\n")
	signed, err := note.Sign(&note.Note{Text: text + "\n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	do(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE ledger_checkpoint SET note = ? WHERE size = 27`, string(signed))
		return err
	})
	if r := audit(t, d, l); len(r.Faults) != 1 || r.Faults[0].Kind != ledger.FaultCheckpoint {
		t.Fatalf("%v", r.Faults)
	}
}

func TestAuditWitness(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	l := court(t, d)
	w, url := witness(t, l)
	if err := l.AskWitness(t.Context(), d, url, w.Key()); err != nil {
		t.Fatal(err)
	}
	out := ledger.Outside{Witnesses: []string{w.Key()}}
	r, err := ledger.AuditWith(t.Context(), d, l.Signer().Verifier, out)
	if err != nil || !r.OK() || r.Cosignatures != 1 {
		t.Fatalf("%v %+v", err, r)
	}
	do(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE ledger_cosignature SET line = REPLACE(line, 'A', 'B')`)
		return err
	})
	if r, err = ledger.AuditWith(t.Context(), d, l.Signer().Verifier, out); err != nil || len(r.Faults) != 1 {
		t.Fatalf("%v %v", err, r.Faults)
	}
}

// TestWitnessLeadsNowhere: a witness that sends the asker on is not followed.
func TestWitnessLeadsNowhere(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	l := court(t, d)
	w, url := witness(t, l)
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(rw, r, url+"/add-checkpoint", http.StatusTemporaryRedirect)
	}))
	defer srv.Close()
	if err := l.AskWitness(t.Context(), d, srv.URL, w.Key()); err == nil || !strings.Contains(err.Error(), "307") || asked != 1 {
		t.Errorf("asked %d times: %v", asked, err)
	}
	do(t, d, func(tx *db.Tx) error {
		if n, err := db.One[int64](tx, `SELECT COUNT(*) FROM ledger_cosignature`); err != nil || n != 0 {
			t.Errorf("%d signatures, %v", n, err)
		}
		return nil
	})
	if err := l.AskWitness(t.Context(), d, url, w.Key()); err != nil {
		t.Errorf("asked itself: %v", err)
	}
}

// TestReceiptWithConfiguredWitness: settings write a witness as address=key.
func TestReceiptWithConfiguredWitness(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	l, _ := open(t, d, t.TempDir())
	w, url := witness(t, l)
	do(t, d, say(l, "a"))
	do(t, d, func(tx *db.Tx) error { return l.Close(tx, "t.exported", "冀11", "c1", "a") })
	if _, err := l.Seal(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := l.AskWitness(t.Context(), d, url, w.Key()); err != nil {
		t.Fatal(err)
	}
	b, err := l.Receipt(t.Context(), d, "a", "c1", []string{url + "=" + w.Key()})
	if err != nil {
		t.Fatal(err)
	}
	if rep, err := ledger.Verify(b); err != nil || len(rep.Witnesses) != 1 || !rep.Entries[0].Mine {
		t.Fatalf("%v %+v", err, rep)
	}
	for _, list := range []string{`"earlier":[]`, `"opened":[]`} {
		null := strings.Replace(string(b), list, strings.Replace(list, "[]", "null", 1), 1)
		if null == string(b) {
			t.Fatalf("no %s", list)
		}
		if _, err := ledger.Verify([]byte(null)); err == nil {
			t.Errorf("%s may be written as null", list)
		}
	}
}

func BenchmarkAudit(b *testing.B) {
	const n = 100_000
	d := dbtest.Open(b, dbtest.SQLite(b))
	if err := d.Migrate(b.Context(), "ledger", ledger.Schema); err != nil {
		b.Fatal(err)
	}
	s, err := ledger.NewSigner(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	c := clock.At(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC))
	l := ledger.New(c, s)
	if err := l.Declare(ledger.Kind{Name: "t.said", Title: "说话", Audience: ledger.Parties}); err != nil {
		b.Fatal(err)
	}
	for i := 0; i < n; i += 1000 {
		err := d.Do(b.Context(), func(tx *db.Tx) error {
			for j := range 1000 {
				k := i + j
				e := ledger.Entry{Kind: "t.said", Court: "冀11", Case: fmt.Sprint("c", k/20), Actor: "a", Holders: []string{fmt.Sprint("h", k/20)}, Body: map[string]any{"message": "m", "n": k}}
				if k%2 == 0 {
					e.Private = map[string]string{"text": "开庭能不能用手机参加？"}
				}
				if _, err := l.Append(tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		c.Add(time.Second)
		if _, err := l.Seal(b.Context(), d); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		r, err := ledger.Audit(b.Context(), d, s.Verifier)
		if err != nil || !r.OK() || r.Entries != n {
			b.Fatalf("%v %+v", err, r)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
