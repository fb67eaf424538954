// Command mashang runs a court on the web. Run it without arguments for the
// list of commands; each explains itself with -h.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"mashang"
	"mashang/platform/app"
	"mashang/platform/clock"
	"mashang/platform/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mashang:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		for _, c := range commands {
			if c.name == args[0] {
				return c.run(ctx, args[1:], stdout, stderr)
			}
		}
	}
	fmt.Fprintln(stderr, "mashang: an open court on the web\n\ncommands:")
	for _, c := range commands {
		fmt.Fprintf(stderr, "  %-9s %s\n", c.name, c.short)
	}
	if len(args) > 0 && args[0] != "help" && args[0] != "-h" {
		return fmt.Errorf("no command %q", args[0])
	}
	return nil
}

// open opens and assembles the court of a configuration.
func open(ctx context.Context, cfg config.Config, clk clock.Clock, stderr io.Writer) (*mashang.Court, error) {
	return openAt(ctx, cfg, clk, stderr, slog.LevelInfo)
}

// openAt is open with a log of what is at least as grave as level.
func openAt(ctx context.Context, cfg config.Config, clk clock.Clock, stderr io.Writer, level slog.Leveler) (*mashang.Court, error) {
	log := slog.New(slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: level}))
	k, err := app.Open(ctx, cfg, clk, log)
	if err != nil {
		return nil, err
	}
	c, err := mashang.Assemble(ctx, k)
	if err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return c, nil
}
