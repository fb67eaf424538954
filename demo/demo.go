// Package demo makes a fictional year of twelve courts by calling the same
// acts as the pages, under a moved clock: every request goes through the
// router that serves people, and no row is inserted past an act. People,
// companies and numbers are made up, pass their checks, and can't be anyone's.
//
// Reading order: demo.go (the driver), people.go, carrier.go, year.go and
// figures.go (what happens), story.go and papers.go (the stories), pages.go
// (/demo and /demo/outbox).
package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"mashang"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
)

// driver sends requests to the court as its people would.
type driver struct {
	ctx   context.Context
	court *mashang.Court
	clock *clock.Moved
	n     atomic.Int64

	progress func(day time.Time)
}

// Begin is when the clock must stand for [Seed]: before the year that ends now
// lies a smaller one, with which it can be compared.
func Begin(now time.Time) time.Time { return now.AddDate(-2, 0, -1) }

// Seed lives the year that ends now, and lets the clock go on by itself.
// progress, if not nil, hears the day that has been reached, month by month.
func Seed(ctx context.Context, c *mashang.Court, clk *clock.Moved, now time.Time, progress func(day time.Time)) error {
	return seed(ctx, c, clk, now, true, progress)
}

// Tell is [Seed] for the stories alone, without the year around them: a court
// that is there at once, and whose clock may be moved on.
func Tell(ctx context.Context, c *mashang.Court, clk *clock.Moved, now time.Time) error {
	return seed(ctx, c, clk, now, false, nil)
}

// seed makes a year, whole or only its stories.
func seed(ctx context.Context, c *mashang.Court, clk *clock.Moved, now time.Time, whole bool, progress func(day time.Time)) error {
	carry(c)
	d := &driver{ctx: ctx, court: c, clock: clk, progress: progress}
	y, err := d.found()
	if err != nil {
		return fmt.Errorf("demo: founding: %w", err)
	}
	if err := y.live(now, whole); err != nil {
		return fmt.Errorf("demo: %s: %w", clk.Now().In(clock.Shanghai).Format(time.DateOnly), err)
	}
	if err := y.keepRoles(); err != nil {
		return err
	}
	clk.Set(now)
	clk.Run()
	return d.drain()
}

// drain does what is due and seals the ledger.
func (d *driver) drain() error {
	if err := d.court.Kit.Jobs.Drain(d.ctx); err != nil {
		return err
	}
	_, err := d.court.Kit.Ledger.Seal(d.ctx, d.court.Kit.DB)
	return err
}

// who is one of the court's people, or a party with a session.
type who struct {
	person, name string
	staff        bool
	token        string
}

// as returns a context in which someone acts at his desk.
func (d *driver) as(w who) context.Context {
	if w.token != "" || w.person == "" {
		return d.ctx
	}
	return auth.With(d.ctx, auth.Actor{Person: w.person, Account: "demo " + w.person, Session: fmt.Sprint("demo ", w.person, " ", d.n.Load()), Name: w.name, Level: auth.Staff, Staff: true, Proved: d.clock.Now()})
}

// post sends a command as JSON and returns the answer.
func (d *driver) post(w who, path string, body any) (map[string]any, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r := httptest.NewRequestWithContext(d.as(w), http.MethodPost, "/api/v1"+path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	return d.send(w, r)
}

// get reads a page: for what it says, or for the trace that reading leaves.
func (d *driver) get(w who, path string) (map[string]any, error) {
	return d.send(w, httptest.NewRequestWithContext(d.as(w), http.MethodGet, "/api/v1"+path, nil))
}

// upload sends a form with a file.
func (d *driver) upload(w who, path string, fields [][2]string, field, file string, content []byte) (map[string]any, error) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, f := range fields {
		if err := m.WriteField(f[0], f[1]); err != nil {
			return nil, err
		}
	}
	part, err := m.CreateFormFile(field, file)
	if err != nil {
		return nil, err
	}
	if _, err := part.Write(content); err != nil {
		return nil, err
	}
	if err := m.Close(); err != nil {
		return nil, err
	}
	r := httptest.NewRequestWithContext(d.as(w), http.MethodPost, "/api/v1"+path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return d.send(w, r)
}

func (d *driver) send(w who, r *http.Request) (map[string]any, error) {
	n := d.n.Add(1)
	if w.token != "" {
		r.Header.Set("Authorization", "Bearer "+w.token)
	}
	// Every request comes from an address of its own: the limits are for one.
	r.RemoteAddr = fmt.Sprintf("127.%d.%d.%d:1000", n>>16&255, n>>8&255, n&255)
	rec := httptest.NewRecorder()
	d.court.Router.ServeHTTP(rec, r)
	var out map[string]any
	_ = json.Unmarshal(rec.Body.Bytes(), &out)
	if rec.Code >= 300 {
		return out, fmt.Errorf("%s %s: %d: %s", r.Method, r.URL.Path, rec.Code, rec.Body)
	}
	return out, nil
}

var sixDigits = regexp.MustCompile(`验证码 ([0-9]{6})`)

// prove signs recipients in, who come at one time: each with his case code, his
// number, and the code that went to his phone.
func (d *driver) prove(codes []string, people []someone) ([]who, error) {
	challenges, in := make([]any, len(people)), make([]who, len(people))
	err := together(len(people), func(i int) error {
		p := people[i]
		out, err := d.post(who{}, "/onecode/open", map[string]string{"code": codes[i], "name": p.name, "id_type": p.idType, "number": p.number})
		challenges[i] = out["challenge"]
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := d.court.Kit.Jobs.Drain(d.ctx); err != nil {
		return nil, err
	}
	ms, err := d.court.Kit.Notify.Outbox(d.ctx, 20+len(people))
	if err != nil {
		return nil, err
	}
	sent := map[string]string{} // phone → code, the newest first
	for _, m := range ms {
		if f := sixDigits.FindStringSubmatch(m.Text); f != nil && sent[m.Target] == "" {
			sent[m.Target] = f[1]
		}
	}
	return in, together(len(people), func(i int) error {
		out, err := d.post(who{}, fmt.Sprintf("/account/code/%v", challenges[i]), map[string]string{"code": sent[people[i].phone]})
		if err != nil {
			return fmt.Errorf("%s: %w", people[i].name, err)
		}
		token, _ := out["token"].(string)
		in[i] = who{name: people[i].name, token: token}
		return nil
	})
}

// together does things that different people do at one time, so that they
// share what it costs to keep them.
func together(n int, do func(i int) error) error {
	errs := make([]error, n)
	next, done := make(chan int), sync.WaitGroup{}
	for range min(n, 8) {
		done.Add(1)
		go func() {
			defer done.Done()
			for i := range next {
				errs[i] = do(i)
			}
		}()
	}
	for i := range n {
		next <- i
	}
	close(next)
	done.Wait()
	return errors.Join(errs...)
}

// Seeded reports whether a folder already holds its year.
func Seeded(ctx context.Context, k *app.Kit) (bool, error) {
	v, err := k.Setting(ctx, "demo.roles")
	return v != "", err
}
