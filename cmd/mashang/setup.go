package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"mashang/platform/clock"
)

// runSetup prints a one-time link and serves the pages behind it.
func runSetup(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("setup", "setup -data DIR [-listen ADDR] [-db URL]", "Prepares an empty folder for a court: prints a one-time link to pages that ask for\nthe origin, the courts, the three administrators, divisions, rest days and messages.\nIt serves until you stop it; then run mashang serve.", stderr)
	cfg, err := settings(fs, args)
	if err != nil {
		return err
	}
	c, err := open(ctx, *cfg, clock.System{}, stderr)
	if err != nil {
		return err
	}
	ready, err := c.Services.Setup.Ready(ctx)
	if err == nil && ready {
		err = errors.New("this court is already set up: run mashang serve; further settings are on its pages")
	}
	if err != nil {
		return errors.Join(err, c.Kit.Close())
	}
	token, err := c.Services.Setup.Link(ctx)
	if err != nil {
		return errors.Join(err, c.Kit.Close())
	}
	scheme := "http"
	if c.Kit.Config.TLSCert != "" {
		scheme = "https"
	}
	fmt.Fprintf(stdout, "Open this link once, on this machine or through your proxy:\n\n  %s://%s/setup/first/%s\n\nIt is void as soon as setup is finished, or when setup is started again.\n", scheme, c.Kit.Config.Listen, token)
	return serve(ctx, c, stderr)
}
