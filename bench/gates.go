package main

import (
	"fmt"
	"io"
	"slices"
)

// measured is what one engine was found to do at one size.
type measured struct {
	engine string
	cases  int
	rate   map[string]float64 // by subject, a second
	live   []hearing          // ours and the peer's
	batch  float64            // MB of heap that a thousand papers take
	cpu    map[string]float64 // by subject, µs of the processor
}

// hearing is how long a message takes to the open pages, and what one takes.
type hearing struct {
	p50, p99 float64 // ms
	each     int64   // bytes
}

// gate is a ratio that must be reached, and one that we want to reach.
type gate struct {
	what   string
	is     float64 // 0: not measured
	must   float64
	goal   float64 // 0: no further
	atMost bool    // the less the better
	unit   string
	remark string
}

func (g gate) met() bool {
	if g.is == 0 {
		return false
	}
	if g.atMost {
		return g.is <= g.must
	}
	return g.is >= g.must
}

// Subjects of the gates, by the beginnings of their names.
const (
	bareCommit = "bare driver: one row, one durable commit"
	message    = "message act (access, ledger, clock, job)"
	casePage   = "case page of a party, 50 messages"
	desk       = "desk of a judge"
	peerFullIs = "PocketBase create (synchronous FULL)"
	allFigures = "all figures with their comparisons"
)

// million is the size at which the growth and the figures are judged.
const million = 1_000_000

// gates are those of one engine at one size. Growth is held against the
// smallest size that was measured in the same run.
func gates(m measured, least measured) []gate {
	ratio := func(a, b string) float64 {
		if m.rate[b] == 0 {
			return 0
		}
		return m.rate[a] / m.rate[b]
	}
	out := []gate{
		{what: "message, of the bare driver's durable commits", is: ratio(message, bareCommit), must: 1.2, goal: 2},
		{what: "message, of PocketBase's create", is: ratio(message, peerCreate), must: 2, goal: 4, remark: fmt.Sprintf("of its create with synchronous FULL: %.2f", ratio(message, peerFullIs))},
		{what: "case page, of PocketBase's filtered list", is: ratio(casePage, peerList), must: 1.5, goal: 3},
	}
	if len(m.live) == 2 {
		us, peer := m.live[0], m.live[1]
		out = append(out,
			gate{what: "live update p50, of PocketBase's", is: us.p50 / peer.p50, must: 1, goal: 0.5, atMost: true},
			gate{what: "live update p99, of PocketBase's", is: us.p99 / peer.p99, must: 1, goal: 0.5, atMost: true},
			gate{what: "memory of an open page", is: float64(us.each) / 1000, must: 40, atMost: true, unit: " kB"})
	} else {
		out = append(out, gate{what: "live updates"})
	}
	paper := gate{what: "a paper's time, of bare layout and bare cryptography", must: 1.5, atMost: true}
	if r := m.rate[onePaper]; r > 0 {
		paper.is = (1 / r) / (1/m.rate[bareLayout] + 1/m.rate[bareCrypto])
		if bare, own := m.cpu[bareLayout]+m.cpu[bareCrypto], 1/m.rate[ownLayout]+1/m.rate[bareCrypto]; bare > 0 {
			paper.remark = fmt.Sprintf("of the processor alone: %.2f; with our own layout for the peer's: %.2f", m.cpu[onePaper]/bare, 1/r/own)
		}
	}
	out = append(out, gate{what: onePaper + ", one core", is: m.rate[onePaper], must: 60, goal: 100, unit: "/s"}, paper,
		gate{what: "memory of a batch of 1,000 papers", is: m.batch, must: 128, atMost: true, unit: " MB"})
	if m.cases < million {
		return out
	}
	for _, s := range []string{message, casePage, desk} {
		g := gate{what: fmt.Sprintf("%s, of its rate at %d cases", s, least.cases), must: 0.9}
		if least.cases < m.cases && least.rate[s] > 0 {
			g.is = m.rate[s] / least.rate[s]
		}
		out = append(out, g)
	}
	return append(out, gate{what: "statistics, of a GROUP BY (equal to the unit)", is: ratio(allFigures, groupBy), must: 50, goal: 300})
}

// judge prints every gate, met or not, and returns how many were not.
func judge(w io.Writer, all []measured) (missed int) {
	for _, m := range all {
		least := m
		for _, o := range all {
			if o.engine == m.engine && o.cases < least.cases {
				least = o
			}
		}
		_, _ = fmt.Fprintf(w, "\ngates, %s, %d cases\n\n%-66s %10s %10s %8s\n", m.engine, m.cases, "", "is", "must", "")
		for _, g := range gates(m, least) {
			is, sign, verdict := fmt.Sprintf("%.2f%s", g.is, g.unit), "≥", "met"
			if g.atMost {
				sign = "≤"
			}
			switch {
			case g.is == 0:
				is, verdict = "–", "NOT MEASURED"
			case !g.met():
				verdict = "NOT MET"
			case g.goal > 0 && (gate{is: g.is, must: g.goal, atMost: g.atMost}).met():
				verdict = "met, and the goal"
			}
			if !g.met() {
				missed++
			}
			_, _ = fmt.Fprintf(w, "%-66s %10s %10s %s", g.what, is, fmt.Sprintf("%s %g%s", sign, g.must, g.unit), verdict)
			if g.remark != "" {
				_, _ = fmt.Fprintf(w, " (%s)", g.remark)
			}
			_, _ = fmt.Fprintln(w)
		}
	}
	if !slices.ContainsFunc(all, func(m measured) bool { return m.cases >= million }) {
		_, _ = fmt.Fprintf(w, "\nno run had %d cases: growth and statistics NOT MEASURED\n", million)
		missed++
	}
	return missed
}
