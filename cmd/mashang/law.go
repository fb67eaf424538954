package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"mashang/law/vector"
)

// runLaw holds the rules against worked examples.
func runLaw(_ context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("law", "law check FILE", "Reads worked examples (JSON) and prints each that fails with got and want, then\nhow many passed and failed. The exit status is 1 when any failed.", stderr)
	if err := fs.Parse(args); err != nil {
		return err
	}
	check := fs.Arg(0) == "check"
	if check { // -h may follow the word too
		if err := fs.Parse(fs.Args()[1:]); err != nil {
			return err
		}
	}
	if !check || fs.NArg() != 1 {
		fs.Usage()
		return errors.New("law check FILE")
	}
	f, err := os.Open(fs.Arg(0))
	if err != nil {
		return err
	}
	_, failed, err := vector.Check(f, stdout)
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d examples failed", failed)
	}
	return errors.Join(err, f.Close())
}

// runVersion says which version this is.
func runVersion(_ context.Context, args []string, stdout, stderr io.Writer) error {
	if err := flags("version", "version", "Says which version this is and what it was built from.", stderr).Parse(args); err != nil {
		return err
	}
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("built without version information")
	}
	rev := "unknown revision"
	for _, s := range b.Settings {
		if s.Key == "vcs.revision" {
			rev = s.Value
		}
	}
	_, err := fmt.Fprintf(stdout, "mashang %s (%s, %s)\n", b.Main.Version, rev, b.GoVersion)
	return err
}
