package mashang_test

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/fault"
)

// TestJoinIsMay: the list of cases that a person gets holds exactly those that
// he may read one by one, sealed ones included.
func TestJoinIsMay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := h.accepted()
		h.otherParty()
		h.post("王院", "/casebook/"+first+"/secrecy", map[string]string{"to": "sealed", "reason": "涉及商业秘密"}).must(t, "seal", 200)
		var all []string
		people := map[string]auth.Actor{}
		for name := range h.people {
			people[name] = auth.From(h.as(name))
		}
		err := h.Kit.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			if all, err = db.List[string](tx, `SELECT id FROM docket_case`); err != nil {
				return err
			}
			parties, err := db.List[string](tx, `SELECT DISTINCT person_id FROM docket_access WHERE capacity = 'party'`)
			for _, p := range parties {
				people["party "+p] = auth.Actor{Person: p, Account: "x", Level: auth.Matched}
			}
			people["stranger"] = auth.Actor{Person: "nobody", Account: "x", Level: auth.Matched}
			people["unmatched"] = auth.Actor{Account: "x", Level: auth.Registered}
			return err
		})
		if err != nil || len(all) != 2 {
			t.Fatalf("%d cases, %v", len(all), err)
		}
		for name, a := range people {
			joined, single := map[string]bool{}, map[string]bool{}
			err := h.Kit.DB.Read(t.Context(), func(tx *db.Tx) error {
				cond, args, err := access.Join(tx, a, h.Kit.Now())
				if err != nil {
					return err
				}
				cs, err := db.List[docket.Case](tx, `SELECT `+docket.CaseCols+` FROM docket_case c WHERE `+cond, args...)
				if err != nil {
					return err
				}
				for _, c := range cs {
					joined[c.ID] = true
				}
				paged := newest(t, tx, a, h.Kit.Now())
				if !maps.Equal(joined, paged) {
					t.Errorf("%s: the list %v, page by page %v", name, joined, paged)
				}
				for _, id := range all {
					_, err := access.May(tx, a, "read", access.Of("case", id), h.Kit.Now())
					if k := fault.KindOf(err); err != nil && k != fault.NotFound && k != fault.Forbidden {
						return err
					}
					single[id] = err == nil
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range all {
				if joined[id] != single[id] {
					t.Errorf("%s: in the list %v, by itself %v", name, joined[id], single[id])
				}
			}
		}
	})
}

// TestNumbersStaySealed: after the whole story neither the database file, nor
// the logs, nor the metrics hold an ID or phone number.
func TestNumbersStaySealed(t *testing.T) {
	dsn := dbtest.SQLite(t)
	h := newHouse(t, dsn)
	id := h.accepted()
	long, _ := h.caseCode(id, "贾若兰")
	h.signIn("贾若兰", "resident", jiaID, jiaPhone, long)
	h.post("韩雪", "/casebook/"+id+"/party/"+h.partyID(id, "贾若兰")+"/reveal", nil).must(t, "reveal", 200)
	metrics := h.get("", "/metrics").body
	for _, by := range []string{"X-Forwarded-For", "Forwarded", "Via"} { // a proxy on this machine speaks for someone elsewhere
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
		r.Header.Set(by, "for=203.0.113.9")
		h.send("", r).must(t, "metrics through a proxy", http.StatusNotFound)
	}
	file := strings.TrimPrefix(dsn, "sqlite:")
	for _, f := range []string{file, file + "-wal"} {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for what, secret := range map[string]string{"ID number": jiaID, "phone": jiaPhone, "case code": long} {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("the %s stands in %s", what, filepath.Base(f))
			}
		}
	}
	if h.log.Len() < 500 || len(metrics) < 1000 {
		t.Fatalf("%d bytes of log, %d of metrics: nothing was looked at", h.log.Len(), len(metrics))
	}
	for what, text := range map[string]string{"log": h.log.String(), "metrics": metrics} {
		for _, secret := range []string{jiaID, jiaPhone, long, "贾若兰"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s stands in the %s", secret, what)
			}
		}
	}
}

// newest walks the whole list one case a page, as a reader would.
func newest(t *testing.T, tx *db.Tx, a auth.Actor, now time.Time) map[string]bool {
	t.Helper()
	seen, before := map[string]bool{}, ""
	for {
		cs, err := access.Newest(tx, a, now, "", nil, before, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(cs) == 0 {
			return seen
		}
		if seen[cs[0].ID] || before != "" && cs[0].ID >= before {
			t.Fatalf("%s comes again", cs[0].ID)
		}
		before = cs[0].ID
		seen[before] = true
	}
}
