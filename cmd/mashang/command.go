package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"mashang/platform/config"
)

// command is one word of the command line.
type command struct {
	name, short string
	run         func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

var commands []command

func init() { // a plain variable would refer to itself through run
	commands = []command{
		{"demo", "make a fictional year of twelve courts and serve it", runDemo},
		{"setup", "prepare an empty folder for a court", runSetup},
		{"serve", "serve a court", runServe},
		{"migrate", "bring a database up to this version", runMigrate},
		{"backup", "copy a court to a folder, encrypted, while it serves", runBackup},
		{"restore", "bring a backup into an empty folder or database", runRestore},
		{"verify", "check a ledger, or a record that someone exported", runVerify},
		{"witness", "cosign the checkpoints of another court's ledger", runWitness},
		{"probe", "ask from elsewhere whether a court answers", runProbe},
		{"authority", "certify people who sign on their phones, for tests", runAuthority},
		{"stats", "show a court's figures, or count them again", runStats},
		{"doc", "list and draw the kinds of court paper", runDoc},
		{"law", "hold the rules against worked examples", runLaw},
		{"docs", "write the generated documents", runDocs},
		{"version", "say which version this is", runVersion},
	}
}

// flags returns a flag set that explains itself.
func flags(name, usage, text string, stderr io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		_, _ = fmt.Fprintf(stderr, "mashang %s\n\n%s\n\n", usage, text)
		fs.PrintDefaults()
	}
	return fs
}

// settings parses the settings that every command over a data folder takes.
func settings(fs *flag.FlagSet, args []string) (*config.Config, error) {
	cfg := config.Flags(fs)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	return cfg, cfg.Finish(fs)
}
