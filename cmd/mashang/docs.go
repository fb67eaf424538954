package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"mashang"
)

// runDocs writes the documents that are made from the code.
func runDocs(ctx context.Context, args []string, _, stderr io.Writer) error {
	fs := flags("docs", "docs -dir DIR", "Writes docs/map.md from the list of services.", stderr)
	dir := fs.String("dir", "docs", "folder to write to")
	if err := fs.Parse(args); err != nil {
		return err
	}
	text, err := mashang.Map(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(*dir, "map.md"), []byte(text), 0o644)
}
