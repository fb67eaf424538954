package mashang_test

import (
	"fmt"
	"testing"
	"time"

	"mashang/platform/db"
	"mashang/platform/dbtest"
)

// most is how long an act may hold the writer (rule R6).
const most = 20 * time.Millisecond

// watch measures how long each act holds the writer, by the line of the
// scenario and the act's place after it. Acts and their order are the same
// each time a scenario is played, so the least of several times is the act's
// own; the rest is the machine's.
type watch struct {
	line  int
	n     int
	least map[string]time.Duration
}

func (w *watch) step(line int) {
	if w != nil {
		w.line, w.n = line, 0
	}
}

// on begins a play in a house.
func (w *watch) on(h *house) {
	w.step(0)
	h.Kit.DB.OnSlow(func(d time.Duration) {
		w.n++
		key := fmt.Sprintf("line %d, act %d", w.line, w.n)
		if was, ok := w.least[key]; !ok || d < was {
			w.least[key] = d
		}
	})
}

func (w *watch) slow() (out []string) {
	for k, d := range w.least {
		if d > most {
			out = append(out, fmt.Sprintf("%s held the writer for %s", k, d))
		}
	}
	return out
}

// TestWriter plays every scenario on SQLite, which has one writer for the
// whole court, and fails an act that holds it too long. A slow one is given
// two more chances: three times slow is slow.
func TestWriter(t *testing.T) {
	acts := 0
	for _, file := range stories(t) {
		t.Run(name(file), func(t *testing.T) {
			w := &watch{least: map[string]time.Duration{}}
			for range 3 {
				h := newHouse(t, dbtest.SQLite(t))
				w.on(h)
				play(t, h, file, nil, w)
				if len(w.slow()) == 0 {
					break
				}
			}
			acts += len(w.least)
			for _, s := range w.slow() {
				t.Error(s)
			}
		})
	}
	if acts < 300 {
		t.Errorf("%d acts were measured", acts)
	}
}

// TestWriterSees: an act that sleeps, as one that calls out would, is caught.
func TestWriterSees(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	w := &watch{least: map[string]time.Duration{}}
	w.on(h)
	for range 3 {
		w.step(1)
		err := h.Kit.Note(t.Context(), func(*db.Tx) error { time.Sleep(most + 5*time.Millisecond); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := w.slow(); len(got) != 1 {
		t.Errorf("caught %v", got)
	}
}
