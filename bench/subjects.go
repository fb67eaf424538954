package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"mashang"
	"mashang/docket/access"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/id"
)

type actor = auth.Actor

const question = "开庭能不能用手机参加？"

func bareSQLite(dir string) (func(int64) error, error) {
	d, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(1)
	return bareInsert(d, `CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL)`, `INSERT INTO row (text) VALUES (?)`)
}

// freshPostgres makes a database for the court and one for the bare driver.
func freshPostgres(admin string) (dsn string, bare func(int64) error, err error) {
	a, err := sql.Open("pgx", admin)
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = a.Close() }()
	name := "bench_" + strings.ToLower(id.Code(8))
	u, err := url.Parse(admin)
	if err != nil {
		return "", nil, err
	}
	for _, n := range []string{name, name + "_bare"} {
		if _, err := a.Exec("CREATE DATABASE " + n); err != nil {
			return "", nil, err
		}
		u.Path = "/" + n
		if n == name {
			dsn = u.String()
		}
	}
	d, err := sql.Open("pgx", u.String())
	if err != nil {
		return "", nil, err
	}
	d.SetMaxOpenConns(24) // as many as the court has
	d.SetMaxIdleConns(24)
	bare, err = bareInsert(d, `CREATE TABLE row (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text TEXT NOT NULL)`, `INSERT INTO row (text) VALUES ($1)`)
	return dsn, bare, err
}

func bareInsert(d *sql.DB, create, insert string) (func(int64) error, error) {
	if _, err := d.Exec(create); err != nil {
		return nil, err
	}
	st, err := d.Prepare(insert)
	if err != nil {
		return nil, err
	}
	return func(int64) error {
		_, err := st.Exec(question)
		return err
	}, nil
}

var helloHandler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })

func hello(int64) error {
	w := httptest.NewRecorder()
	helloHandler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return nil
}

func post(c *mashang.Court, w crowd) func(int64) error { return asks(c, w.asker) }

// asks has somebody put a question in his case.
func asks(c *mashang.Court, of func(i int64) (actor, string)) func(int64) error {
	return func(i int64) error {
		body, err := json.Marshal(map[string]string{"text": fmt.Sprintf("第 %d 问：%s", i, question)})
		if err != nil {
			return err
		}
		a, caseID := of(i)
		r := httptest.NewRequestWithContext(auth.With(context.Background(), a), http.MethodPost, "/api/v1/onecode/"+caseID+"/ask", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return send(c, r, i)
	}
}

func page(c *mashang.Court, of func(i int64) (actor, string)) func(int64) error {
	return func(i int64) error {
		a, path := of(i)
		return send(c, httptest.NewRequestWithContext(auth.With(context.Background(), a), http.MethodGet, path, nil), i)
	}
}

func send(c *mashang.Court, r *http.Request, i int64) error {
	r.RemoteAddr = fmt.Sprintf("127.%d.%d.%d:1", i>>16&255, i>>8&255, i&255) // limits are measured elsewhere
	w := httptest.NewRecorder()
	c.Router.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return fmt.Errorf("%s: %d: %.200s", r.URL.Path, w.Code, w.Body)
	}
	return nil
}

// plans prints how the engine finds the lists of three people, and how long
// one of each takes alone.
func plans(c *mashang.Court, w crowd) error {
	for _, p := range []struct {
		name string
		a    actor
	}{{"lawyer", w.lawyer}, {"judge", w.judge}, {"president", w.president}} {
		var lines []string
		var took time.Duration
		err := c.Kit.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
			start := time.Now()
			if _, err = access.Newest(tx, p.a, c.Kit.Now(), "", nil, "", 31); err != nil {
				return err
			}
			took = time.Since(start)
			lines, err = access.Explain(tx, p.a, c.Kit.Now(), 31)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Printf("\nlist of a %s: %.2f ms alone\n", p.name, float64(took.Microseconds())/1000)
		for _, l := range lines {
			fmt.Println("    " + l)
		}
	}
	return nil
}

// sealed puts what was written in order and signs it: what the sealer does
// beside the requests.
func sealed(c *mashang.Court) error {
	start := time.Now()
	n, err := c.Kit.Ledger.Seal(context.Background(), c.Kit.DB)
	if err == nil && n > 0 {
		fmt.Printf("\nsealing: %.0f entries a second\n", float64(n)/time.Since(start).Seconds())
	}
	return err
}
