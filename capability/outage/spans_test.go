package outage

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestForgedProbe: a file that no probe wrote is refused as a whole, wherever
// the wrong line stands; it is never read in part.
func TestForgedProbe(t *testing.T) {
	now := time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	at := func(n int, ok string) string {
		return fmt.Sprintf(`{"time":%q,"ok":%s,"ms":3}`, now.Add(-24*time.Hour+time.Duration(n)*time.Minute).Format(time.RFC3339), ok) + "\n"
	}
	var many strings.Builder
	for n := range 1400 {
		many.WriteString(at(n, map[bool]string{true: "true", false: "false"}[n%3 == 0]))
	}
	for what, file := range map[string]string{
		"a line that is too long to be read": at(1, "false") + `{"time":"` + strings.Repeat("2", 70_000) + "\"}\n" + at(60, "true"),
		"without an answer":                  `{"time":"2026-03-19T12:00:00Z"}` + "\n",
		"another program's":                  `{"time":"2026-03-19T12:00:00Z","ok":false,"user":"root"}` + "\n",
		"of tomorrow":                        `{"time":"2026-03-21T12:00:00Z","ok":false,"ms":1}` + "\n",
		"backwards":                          at(5, "true") + at(4, "true"),
		"something behind a line":            strings.TrimSpace(at(1, "false")) + " and more\n",
		"two on a line":                      strings.TrimSpace(at(1, "true")) + at(1, "false"),
		"said twice":                         `{"time":"2026-03-19T12:00:00Z","ok":true,"ok":false,"ms":1}` + "\n",
		"other letters":                      `{"Time":"2026-03-19T12:00:00Z","OK":true,"ms":1}` + "\n",
		"an answer before the question":      `{"time":"2026-03-19T12:00:00Z","ok":true,"ms":-1}` + "\n",
		"hundreds of outages":                many.String(),
		"nothing":                            "",
		"noise":                              "\x00\x01\x02",
	} {
		if out, n, err := spans([]byte(file), time.Minute, now); err == nil {
			t.Errorf("%s: %d outages in %d lines", what, len(out), n)
		}
	}
	ancient := `{"time":"2020-03-19T12:00:00Z","ok":false,"ms":1}` + "\n" + `{"time":"2020-03-19T12:09:00Z","ok":false,"ms":1}` + "\n"
	if out, n, err := spans([]byte(ancient+at(1, "true")+at(2, "false")+at(9, "false")+at(12, "true")), 5*time.Minute, now); err != nil || n != 6 || len(out) != 1 {
		t.Errorf("a true one: %v in %d lines, %v", out, n, err)
	}
}
