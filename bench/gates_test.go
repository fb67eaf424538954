package main

import (
	"strings"
	"testing"
)

// good are two runs in which every gate is met.
func good() []measured {
	rate := func() map[string]float64 {
		return map[string]float64{bareCommit: 1000, message: 2100, peerCreate: 1000, peerFullIs: 400, casePage: 1600, peerList: 1000, desk: 500, groupBy: 1, allFigures: 60, onePaper: 110, bareLayout: 200, bareCrypto: 900}
	}
	live := []hearing{{10, 20, 30_000}, {20, 40, 50_000}}
	return []measured{{"sqlite", 10_000, rate(), live, 40, nil}, {"sqlite", million, rate(), live, 40, nil}}
}

// TestGates: a run that misses a gate says so and is counted, whichever it is;
// so is one that was not measured.
func TestGates(t *testing.T) {
	var b strings.Builder
	if n := judge(&b, good()); n != 0 || strings.Contains(b.String(), "NOT") {
		t.Fatalf("%d missed:\n%s", n, b.String())
	}
	if !strings.Contains(b.String(), "of its rate at 10000 cases") || !strings.Contains(b.String(), "met, and the goal") {
		t.Errorf("growth or goal is not told:\n%s", b.String())
	}
	for what, spoil := range map[string]func(m *measured){
		"bare driver": func(m *measured) { m.rate[bareCommit] = 1800 }, // 1.17 times
		"create":      func(m *measured) { m.rate[peerCreate] = 1100 },
		"list":        func(m *measured) { m.rate[peerList] = 1100 },
		"growth":      func(m *measured) { m.rate[desk] = 440 },
		"statistics":  func(m *measured) { m.rate[allFigures] = 49 },
		"p50":         func(m *measured) { m.live = []hearing{{21, 20, 30_000}, m.live[1]} },
		"p99":         func(m *measured) { m.live = []hearing{{10, 41, 30_000}, m.live[1]} },
		"memory":      func(m *measured) { m.live = []hearing{{10, 20, 40_001}, m.live[1]} },
		"no page":     func(m *measured) { delete(m.rate, casePage); m.rate[desk] = 500 },
		"papers":      func(m *measured) { m.rate[onePaper], m.rate[bareLayout] = 59, 60 },
		"times":       func(m *measured) { m.rate[bareLayout] = 300 },
		"batch":       func(m *measured) { m.batch = 129 },
		"no papers":   func(m *measured) { delete(m.rate, onePaper) },
		"nothing":     func(m *measured) { m.live = nil },
	} {
		all := good()
		spoil(&all[1])
		b.Reset()
		if n := judge(&b, all); n == 0 || !strings.Contains(b.String(), "NOT ME") {
			t.Errorf("%s: %d missed:\n%s", what, n, b.String())
		}
	}
	if judge(&b, good()[:1]) == 0 {
		t.Error("a run without a million cases passes")
	}
}
