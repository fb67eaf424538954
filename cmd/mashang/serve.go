package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"

	"mashang"
	"mashang/platform/clock"
)

// runServe serves a court that has been set up.
func runServe(ctx context.Context, args []string, _, stderr io.Writer) error {
	fs := flags("serve", "serve -data DIR -listen ADDR -origin URL [-db URL] [-blob URL]", "Serves the court in DIR. Behind a reverse proxy give its network with -trust-proxy;\nwithout one give -tls-cert and -tls-key. Settings may also come from MASHANG_… in the\nenvironment or from a TOML file (-config).", stderr)
	cfg, err := settings(fs, args)
	if err != nil {
		return err
	}
	c, err := open(ctx, *cfg, clock.System{}, stderr)
	if err != nil {
		return err
	}
	ready, err := c.Services.Setup.Ready(ctx)
	if err == nil && !ready {
		err = errors.New("this court has not been set up: run mashang setup -data DIR first")
	}
	if err != nil {
		return errors.Join(err, c.Kit.Close())
	}
	return serve(ctx, c, stderr)
}

// serve answers until ctx ends, then closes the court.
func serve(ctx context.Context, c *mashang.Court, stderr io.Writer) error {
	l, err := net.Listen("tcp", c.Kit.Config.Listen)
	if err != nil {
		return errors.Join(err, c.Kit.Close())
	}
	if err := c.Kit.Start(ctx, c.Services.List.Services()); err != nil {
		return errors.Join(err, c.Kit.Close())
	}
	debug.FreeOSMemory() // reading typefaces, or making a demo's year, leaves a heap that serving does not need
	fmt.Fprintf(stderr, "mashang: serving on %s, origin %s\n", l.Addr(), c.Kit.Config.Origin)
	err = c.Kit.Serve(ctx, l, c.Router, c.KeepTrail, c.Witness, c.Services.Outage.Watch, c.Services.Oversight.Watch)
	return errors.Join(err, c.Kit.Close())
}
