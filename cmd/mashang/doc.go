package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"mashang/capability/papers"
	"mashang/platform/pdf"
)

const docText = `doc list
    prints the names of all kinds of paper, one a line.
doc render -template NAME -out FILE.pdf
    draws one: the fictional case that comes with it, or the values of -data.
    What the checks say of it goes to standard error. The paper is marked void.`

// runDoc draws court papers outside any court, to look at them.
func runDoc(_ context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("doc", "doc list | doc render -template NAME [-data FILE.json] -out FILE", docText, stderr)
	name := fs.String("template", "", "kind of paper, see doc list")
	data := fs.String("data", "", "values as JSON; fen for money")
	out := fs.String("out", "", "file to write: .pdf, .html or .docx")
	fonts := fs.String("fonts", "", "folder with further typefaces")
	word := ""
	if len(args) > 0 && args[0] != "-h" {
		word, args = args[0], args[1:]
	}
	if err := fs.Parse(args); err != nil {
		return err
	}
	ks, err := papers.Catalogue()
	if err != nil {
		return err
	}
	switch {
	case word == "list" && fs.NArg() == 0:
		for _, k := range ks {
			if _, err := fmt.Fprintln(stdout, k.Name); err != nil {
				return err
			}
		}
		return nil
	case word == "render" && fs.NArg() == 0 && *name != "" && *out != "":
		for _, k := range ks {
			if k.Name == *name {
				return renderDoc(k, *data, *out, *fonts, stderr)
			}
		}
		return fmt.Errorf("no kind of paper %q: see doc list", *name)
	}
	fs.Usage()
	return errors.New("doc list, or doc render -template NAME -out FILE")
}

func renderDoc(k papers.Kind, data, out, fonts string, stderr io.Writer) error {
	var values []byte
	if data != "" {
		b, err := os.ReadFile(data)
		if err != nil {
			return err
		}
		values = b
	}
	d, flaws, err := k.Doc(values)
	for _, f := range flaws {
		_, _ = fmt.Fprintf(stderr, "%s: %s %s\n", f.Field, f.Says, f.Basis)
	}
	if err != nil {
		return err
	}
	if d == nil {
		return errors.New("the values do not fit the form")
	}
	faces, err := pdf.LoadFaces(fonts)
	if err != nil {
		return err
	}
	b, err := pdf.Write(faces, d, out)
	if err != nil {
		return err
	}
	return os.WriteFile(out, b, 0o600)
}
