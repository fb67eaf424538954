package docket

import (
	"testing"
	"time"
)

// TestRings: by day at once, by night in the morning, and the night begins and
// ends on the minute.
func TestRings(t *testing.T) {
	for at, want := range map[string]string{
		"2026-03-03 21:59": "2026-03-03 21:59", "2026-03-03 22:00": "2026-03-04 08:00", "2026-03-03 23:59": "2026-03-04 08:00",
		"2026-03-04 00:00": "2026-03-04 08:00", "2026-03-04 07:59": "2026-03-04 08:00", "2026-03-04 08:00": "2026-03-04 08:00",
		"2026-12-31 22:30": "2027-01-01 08:00",
	} {
		when, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := Rings(when.UTC()).In(zone).Format("2006-01-02 15:04"); got != want {
			t.Errorf("at %s it rings at %s, want %s", at, got, want)
		}
	}
}
