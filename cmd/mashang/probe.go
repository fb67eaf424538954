package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// probeWait is how long a citizen waits for a page before he calls it down.
const probeWait = 10 * time.Second

// runProbe asks a court once whether it answers and adds what it saw to a file.
// It runs on a machine elsewhere, once a minute, and needs nothing of the
// court: an administrator uploads the file. A court that is down is no error of
// the probe.
func runProbe(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("probe", "probe -url URL -out FILE", "Asks URL/healthz once and appends one line to FILE: time, ok, milliseconds, reason.\nRun it every minute, from cron, on a machine elsewhere; an administrator uploads FILE\non /outage/admin.", stderr)
	url := fs.String("url", "", "address of the court, such as https://court.example")
	out := fs.String("out", "", "file to append to")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if err := errors.Join(needs(*url, "-url"), needs(*out, "-out")); err != nil {
		return err
	}
	start := time.Now()
	reason := strings.ToValidUTF8(probe(ctx, strings.TrimRight(*url, "/")+"/healthz"), "?") // a line is read as it is written
	line, err := json.Marshal(struct {
		Time   time.Time `json:"time"`
		OK     bool      `json:"ok"`
		MS     int64     `json:"ms"`
		Reason string    `json:"reason,omitempty"`
	}{start.UTC().Truncate(time.Millisecond), reason == "", time.Since(start).Milliseconds(), reason})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(*out, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n')) // one write, so that two probes do not mix
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s\n", line)
	return err
}

// probe asks as a citizen's browser would, and says why there was no answer.
func probe(ctx context.Context, url string) string {
	ctx, stop := context.WithTimeout(ctx, probeWait)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 16))
	switch {
	case err != nil:
		return err.Error()
	case res.StatusCode != http.StatusOK:
		return "status " + fmt.Sprint(res.StatusCode)
	case strings.TrimSpace(string(b)) != "ok": // a proxy's page is not the court's answer
		return "another answer"
	}
	return ""
}
