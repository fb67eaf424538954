package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"mashang"
	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/platform/db"
	"mashang/platform/ledger"
	"mashang/platform/pdf"
)

// Subjects of the gates of papers.
const (
	onePaper   = "a paper of two pages, ordered to stored"
	bareLayout = "bare layout: a peer sets the same text (gopdf)"
	ownLayout  = "our own layout of the paper, alone"
	bareCrypto = "bare cryptography: 2 signatures, 2 digests"
)

// sort of paper that is drawn: two pages, sealed, written by nobody.
const bigNotice = "rights_notice"

// papers measures on one core how many papers are laid out, sealed, signed with
// a time stamp, stored and recorded, beside what layout and cryptography take
// by themselves, and the memory of a batch of a thousand. Bare layout is what a
// well known library takes for the text of the paper ([peerLayout]); our own
// layout alone is measured too, so that nobody has to guess what the rest costs.
// Bare cryptography is the least that seal and time stamp need: no
// reading of the file, no certificate, no check of what was signed.
func papers(o options, c *mashang.Court) error {
	if !strings.Contains("papers", o.only) {
		return nil
	}
	ctx := context.Background()
	var of docket.Case
	var to docket.Party
	err := c.Kit.Read(ctx, func(tx *db.Tx) error {
		id, err := db.One[string](tx, `SELECT p.case_id FROM docket_party p JOIN docket_case c ON c.id = p.case_id WHERE c.number <> '' AND c.state = 'open' AND p.phone <> '' ORDER BY c.id DESC LIMIT 1`)
		if err != nil {
			return err
		}
		if of, err = docket.CaseOf(tx, id); err != nil {
			return err
		}
		ps, err := docket.Parties(tx, id)
		to = ps[0]
		return err
	})
	if err != nil {
		return err
	}
	order := func(n int) error {
		return c.Kit.Do(ctx, func(tx *db.Tx) error {
			for range n {
				if _, err := c.Services.Papers.Certify(tx, bigNotice, of, to, nil); err != nil {
					return err
				}
			}
			_, err := c.Kit.Ledger.Append(tx, ledger.Entry{Kind: "papers.ordered", Court: of.Court, Case: of.ID, Actor: "system", Body: map[string]any{"papers": n}})
			return err
		})
	}
	ks, err := kinds.ByName()
	if err != nil {
		return err
	}
	doc, _, err := ks[bigNotice].Doc(nil)
	if err != nil {
		return err
	}
	faces, err := pdf.LoadFaces("")
	if err != nil {
		return err
	}
	doc.Unsealed = true // as the paper is laid out: its seal comes with the signature
	file, pages, err := pdf.Render(faces, doc)
	if err != nil {
		return err
	}
	peer, err := peerLayout(doc)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	fmt.Printf("\npapers, on one core (%d pages, %d kB)\n\n", pages, len(file)/1000)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	o.workers = 1
	if err := profiled(o.profile, func() error {
		return table(o, []subject{
			{bareLayout, func(int64) error { _, err := peer(); return err }, ""},
			{ownLayout, func(int64) error { _, _, err := pdf.Render(faces, doc); return err }, ""},
			{bareCrypto, func(int64) error {
				for range 2 { // the seal's and the time stamp's
					sum := sha256.Sum256(file)
					if _, err := ecdsa.SignASN1(rand.Reader, key, sum[:]); err != nil {
						return err
					}
				}
				return nil
			}, ""},
			{onePaper, func(int64) error {
				if err := order(1); err != nil {
					return err
				}
				return c.Kit.Jobs.Drain(ctx)
			}, ""},
		})
	}); err != nil {
		return err
	}
	return batch(func() error {
		if err := order(1000); err != nil {
			return err
		}
		return c.Kit.Jobs.Drain(ctx)
	}, o.found)
}

// batch measures how much a thousand papers add to the heap at their most.
func batch(do func() error, found *measured) error {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	runtime.GC()
	before, start := heap(), time.Now()
	var most atomic.Uint64
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-end:
				return
			case <-time.After(100 * time.Millisecond):
				most.Store(max(most.Load(), heap()))
			}
		}
	}()
	err := do()
	close(end)
	<-done
	found.batch = float64(most.Load()-min(most.Load(), before)) / 1e6
	fmt.Printf("\na batch of 1,000: %v, at most %.0f MB more heap\n", time.Since(start).Round(100*time.Millisecond), found.batch)
	return err
}
