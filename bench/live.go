package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"

	"mashang"
	"mashang/platform/db"
	"mashang/platform/id"
)

// pages is how many are open at once, and told how often they hear something
// in a round.
const (
	pages = 2000
	told  = 10
)

// watched measures how long it takes from a message to the last of two
// thousand pages that are open on its case, over connections of the loopback:
// ours ask for the session and for the right to read before each delivery,
// the peer's for the rule of its collection.
func watched(o options, c *mashang.Court, w crowd, p *peer) error {
	if !strings.Contains("live", o.only) {
		return nil
	}
	if _, err := c.Kit.Ledger.Seal(context.Background(), c.Kit.DB); err != nil { // what the tables before left
		return err
	}
	ours, err := openOurs(c, w)
	if err != nil {
		return err
	}
	defer ours.close()
	theirs, err := openTheirs(p)
	if err != nil {
		return err
	}
	defer theirs.close()
	both := []*audience{ours, theirs}
	p50, p99 := make([][]float64, 2), make([][]float64, 2)
	for range o.rounds {
		for i, a := range both {
			took, err := a.round()
			if err != nil {
				return fmt.Errorf("%s: %w", a.name, err)
			}
			slices.Sort(took)
			p50[i], p99[i] = append(p50[i], took[len(took)/2]), append(p99[i], took[len(took)*99/100])
		}
	}
	fmt.Printf("\n%-46s %8s %8s %12s\n", fmt.Sprintf("from a message to %d open pages", pages), "p50 ms", "p99 ms", "bytes a page")
	for i, a := range both {
		o.found.live = append(o.found.live, hearing{median(p50[i]), median(p99[i]), a.each})
		fmt.Printf("%-46s %8.1f %8.1f %12d\n", a.name, median(p50[i]), median(p99[i]), a.each)
	}
	return nil
}

// audience is a server with pages open on it.
type audience struct {
	name  string
	srv   func()
	conns []net.Conn
	heard []chan time.Time
	speak func(n int64) error
	said  int64
	each  int64 // what an open page takes, the reading end included
}

func (a *audience) close() {
	for _, c := range a.conns {
		_ = c.Close()
	}
	a.srv()
}

// round says something several times, each after everybody has heard the last.
func (a *audience) round() (took []float64, err error) {
	for range told {
		a.said++
		start := time.Now()
		if err := a.speak(a.said); err != nil {
			return nil, err
		}
		late := time.After(20 * time.Second)
		for _, h := range a.heard {
			select {
			case at := <-h:
				took = append(took, float64(at.Sub(start).Microseconds())/1000)
			case <-late:
				return nil, fmt.Errorf("message %d: a page heard nothing for 20 s", a.said)
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return took, nil
}

// open connects the pages and has each tell when a line with the mark comes.
func (a *audience) open(addr, mark string, greet func(i int, c net.Conn, r *bufio.Reader) error) error {
	before := inUse()
	for i := range pages {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+i%200))}}
		c, err := d.Dial("tcp", addr)
		if err != nil {
			return err
		}
		a.conns = append(a.conns, c)
		r := bufio.NewReaderSize(c, 1024)
		if err := greet(i, c, r); err != nil {
			return err
		}
		h := make(chan time.Time, told)
		a.heard = append(a.heard, h)
		go func() {
			for {
				line, err := r.ReadSlice('\n')
				if err != nil && err != bufio.ErrBufferFull {
					return
				}
				if strings.Contains(string(line), mark) {
					h <- time.Now()
				}
			}
		}()
	}
	a.each = (inUse() - before) / pages
	return nil
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// openOurs opens five pages in each of four hundred sessions of a plaintiff.
func openOurs(c *mashang.Court, w crowd) (*audience, error) {
	who, caseID := w.reader(7)
	var tokens []string
	err := c.Kit.DB.Do(context.Background(), func(tx *db.Tx) error {
		account := id.New()
		if _, err := tx.Exec(`INSERT INTO account_account (id, person_id, staff, name, id_type, id_sealed, id_find, phone, phone_find, login, level, state, password, totp, at) VALUES (?, ?, 0, '甲', '', '', '', '', '', '', ?, 'active', '', '', ?)`,
			account, who.Person, int(who.Level), tx.Now()); err != nil {
			return err
		}
		for range pages / 5 {
			t := id.Secret() + id.Secret()
			h := sha256.Sum256([]byte(t))
			tokens = append(tokens, t)
			if _, err := tx.Exec(`INSERT INTO account_session (id, account_id, device, made_at, seen_at, until_at, proved_at) VALUES (?, ?, 'x', ?, ?, ?, 0)`, hex.EncodeToString(h[:]), account, tx.Now(), tx.Now(), tx.Now().Add(24*time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = c.Kit.Serve(ctx, l, c.Router); close(done) }()
	a := &audience{name: "case page: session, access, news", srv: func() { cancel(); <-done }}
	ask := asks(c, func(int64) (actor, string) { return who, caseID })
	a.speak = ask
	return a, a.open(l.Addr().String(), "event: news", func(i int, c net.Conn, r *bufio.Reader) error {
		if _, err := fmt.Fprintf(c, "GET /news/case/%s HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\n\r\n", caseID, tokens[i/5]); err != nil {
			return err
		}
		return until(r, "id: ")
	})
}

func openTheirs(p *peer) (*audience, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	srv := &http.Server{Handler: p.mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(l) }()
	a := &audience{name: "PocketBase realtime: rule of the collection", srv: func() { _ = srv.Close() }, speak: p.create}
	return a, a.open(l.Addr().String(), `"action":"create"`, func(_ int, c net.Conn, r *bufio.Reader) error {
		if _, err := fmt.Fprint(c, "GET /api/realtime HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"); err != nil {
			return err
		}
		line, err := find(r, `"clientId":"`)
		if err != nil {
			return err
		}
		_, rest, _ := strings.Cut(line, `"clientId":"`)
		client, _, _ := strings.Cut(rest, `"`)
		body := `{"clientId":"` + client + `","subscriptions":["messages/*"]}`
		req, err := http.NewRequest(http.MethodPost, "http://"+l.Addr().String()+"/api/realtime", strings.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", p.token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if b, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusNoContent {
			return fmt.Errorf("subscribe: %d: %s", resp.StatusCode, b)
		}
		return nil
	})
}

func until(r *bufio.Reader, mark string) error { _, err := find(r, mark); return err }

// find reads on to a line with the mark.
func find(r *bufio.Reader, mark string) (string, error) {
	for {
		line, err := r.ReadString('\n')
		if strings.Contains(line, mark) {
			return line, nil
		}
		if err != nil {
			return "", fmt.Errorf("the stream ended: %w", err)
		}
	}
}
