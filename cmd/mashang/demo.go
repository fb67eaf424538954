package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"mashang/demo"
	"mashang/platform/clock"
	"mashang/platform/config"
)

// runDemo makes a fictional year in an empty folder and serves it.
func runDemo(ctx context.Context, args []string, _, stderr io.Writer) error {
	fs := flags("demo", "demo -data DIR -listen ADDR", "Makes a fictional year of twelve courts in DIR, which must be new or a demo of\nbefore, and serves it: /demo offers people to try, /demo/outbox every message.\nEverything it makes is marked as a demonstration.", stderr)
	cfg, err := settings(fs, args)
	if err != nil {
		return err
	}
	cfg.Demo = true
	if cfg.Origin == "" {
		cfg.Origin = demoOrigin(cfg.Listen, cfg.TLSCert != "")
	}
	if err := markDemo(cfg.Data); err != nil {
		return err
	}
	now := time.Now()
	if err := makeYear(ctx, *cfg, now, stderr); err != nil {
		return err
	}
	clk := clock.At(now)
	clk.Run()
	c, err := open(ctx, *cfg, clk, stderr)
	if err != nil {
		return err
	}
	if err := demo.Mount(c); err != nil {
		return errors.Join(err, c.Kit.Close())
	}
	fmt.Fprintf(stderr, "mashang: demo ready, open %s/demo\n", c.Kit.Config.Origin)
	return serve(ctx, c, stderr)
}

// makeYear makes the year, unless it was made before. It writes to a draft:
// should the machine stop meanwhile, the year is made again.
func makeYear(ctx context.Context, cfg config.Config, now time.Time, stderr io.Writer) error {
	cfg.Draft = true
	clk := clock.At(demo.Begin(now))
	quiet := new(slog.LevelVar)
	quiet.Set(slog.LevelWarn) // a year of requests is not for reading
	c, err := openAt(ctx, cfg, clk, stderr, quiet)
	if err != nil {
		return err
	}
	if err := c.Kit.PutSetting(ctx, "origin", c.Kit.Config.Origin); err != nil {
		return errors.Join(err, c.Kit.Close())
	}
	seeded, err := demo.Seeded(ctx, c.Kit)
	if err == nil && !seeded {
		trail, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() { c.KeepTrail(trail); close(done) }()
		err = demo.Seed(ctx, c, clk, now, func(day time.Time) {
			fmt.Fprintf(stderr, "mashang: making the year: %s\n", day.In(clock.Shanghai).Format("2006-01"))
		})
		stop()
		<-done
	}
	return errors.Join(err, c.Kit.Close())
}

// demoOrigin is where a browser on this machine reaches the demo: an address
// that means every network is not one that can be opened.
func demoOrigin(listen string, tls bool) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		listen = net.JoinHostPort("localhost", port)
	}
	if tls {
		return "https://" + listen
	}
	return "http://" + listen
}

// markDemo marks a new folder as a demo's; a folder that holds anything else
// is left alone.
func markDemo(data string) error {
	if isDemo(data) {
		return nil
	}
	if es, err := os.ReadDir(data); err == nil && len(es) > 0 {
		return fmt.Errorf("%s is not empty and not a demo: choose another folder", data)
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(data, demoMark), []byte("fictional data, made by mashang demo\n"), 0o600)
}
