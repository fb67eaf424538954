package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"mashang/capability/papers/kinds"
	"mashang/platform/clock"
	"mashang/platform/pdf"
	"mashang/platform/sign"
)

const docText = `doc list
    prints the names of all kinds of paper, one a line.
doc render -template NAME -out FILE.pdf
    draws one: the fictional case that comes with it, or the values of -data.
    What the checks say of it goes to standard error. The paper is marked void.`

// runDoc draws court papers outside any court, to look at them.
func runDoc(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("doc", "doc list | doc render -template NAME [-data FILE.json] -out FILE", docText, stderr)
	name := fs.String("template", "", "kind of paper, see doc list")
	data := fs.String("data", "", "values as JSON; fen for money")
	out := fs.String("out", "", "file to write: .pdf, .html or .docx")
	fonts := fs.String("fonts", "", "folder with further typefaces")
	signers := fs.Int("signers", 0, "sign it so many times (at most 20) by a new test authority, whose root certificate is written to FILE.root.pem")
	word := ""
	if len(args) > 0 && args[0] != "-h" {
		word, args = args[0], args[1:]
	}
	if err := fs.Parse(args); err != nil {
		return err
	}
	ks, err := kinds.All()
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
				return renderDoc(ctx, k, *data, *out, *fonts, *signers, stderr)
			}
		}
		return fmt.Errorf("no kind of paper %q: see doc list", *name)
	}
	fs.Usage()
	return errors.New("doc list, or doc render -template NAME -out FILE")
}

func renderDoc(ctx context.Context, k kinds.Kind, data, out, fonts string, signers int, stderr io.Writer) error {
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
	if signers < 0 || signers > 20 || signers > 0 && filepath.Ext(out) != ".pdf" {
		return errors.New("from 1 to 20 signers, on a .pdf")
	}
	b, err := pdf.Write(faces, d, out)
	if err != nil {
		return err
	}
	if signers > 0 {
		if b, err = signTest(ctx, b, signers, out+".root.pem"); err != nil {
			return err
		}
	}
	return os.WriteFile(out, b, 0o600)
}

// signTest signs a paper n times, each with a key and a certificate of its own
// from an authority that is made for it and forgotten.
func signTest(ctx context.Context, b []byte, n int, root string) ([]byte, error) {
	now := clock.System{}.Now()
	a, err := sign.NewAuthority(now)
	if err != nil {
		return nil, err
	}
	for i := range n {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("签名人%d（测试）", i+1)
		chain, err := a.Issue(name, key.Public(), now, 1)
		if err != nil {
			return nil, err
		}
		f := sign.Field{Name: fmt.Sprintf("签名%d", i+1), Reason: "试签", At: now.UTC().Truncate(time.Second), Certify: i == 0}
		if b, err = sign.Sign(ctx, b, f, sign.Signer{Key: key, Chain: chain}, a.Stamper(clock.System{})); err != nil {
			return nil, err
		}
	}
	return b, os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificates()[0].Raw}), 0o600)
}
