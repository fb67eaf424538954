package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"mashang/platform/blob"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/ledger"
	"mashang/platform/ledger/offline"
	"mashang/platform/seals"
)

// runVerify checks a court's ledger, or a record that someone exported.
func runVerify(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("verify", "verify -data DIR [-db URL] [-seen FILE] | -receipt FILE [-earlier FILE] [-key FINGERPRINT] | -pdf FILE [-trust FILE] [-people FILE] [-lists FILE] [-sm FILE -sm-roots FILE] | -code CODE -at URL | -word WORD -at URL | -page FILE [-trust FILE] [-people FILE]",
		"With -data it recomputes the whole ledger and every file's digest, beside a running\nserver; -seen names a checkpoint kept elsewhere, which alone shows a ledger that was\ncut back or replaced as a whole (the last one is kept in DIR/ledger.seen). With\n-receipt it checks an exported record with nothing but the file; give the fingerprint\nprinted on the notice, and an earlier record of the same case if there is one. -page\nwrites the page that checks records and papers in a browser without a network, with\nthe root certificates of -trust in it. -code asks a court of a code on a paper, -word\nof the word at the end of a message.", stderr)
	receipt := fs.String("receipt", "", "exported record to check")
	earlier := fs.String("earlier", "", "earlier record of the same person and case")
	key := fs.String("key", "", "fingerprint printed on the notice")
	seen := fs.String("seen", "", "file with a checkpoint of this ledger, kept elsewhere")
	paper := fs.String("pdf", "", "court paper to check, byte by byte")
	trust := fs.String("trust", "", "root certificates (PEM) that are trusted for -pdf, or go into -page")
	people := fs.String("people", "", "root certificates (PEM) of those who certify people; without it those of -trust")
	lists := fs.String("lists", "", "revocation lists (PEM) that are newer than those in the file of -pdf")
	proof := fs.String("sm", "", "second proof (SM2) of the paper of -pdf, under the roots of -sm-roots")
	code := fs.String("code", "", "code on a paper, of which the court of -at is asked")
	word := fs.String("word", "", "word at the end of a message, of which the court of -at is asked")
	at := fs.String("at", "", "address of the court's site")
	page := fs.String("page", "", "write the offline page to this file")
	cfg, err := settings(fs, args)
	if err != nil {
		return err
	}
	switch {
	case *code != "" || *word != "":
		return ask(ctx, asked{at: *at, code: *code, word: *word}, stdout)
	case *page != "":
		return writePage(*page, *trust, *people)
	case *paper != "":
		return verifyPaper(given{*paper, *trust, *people, *lists, *proof, cfg.SMRoots}, stdout)
	case *receipt != "":
		return verifyReceipt(*receipt, *earlier, *key, stdout)
	}
	if err := exists(cfg); err != nil {
		return err
	}
	return errors.Join(verifyLedger(ctx, cfg, *seen, *key, stdout), verifyBlobs(ctx, cfg, stdout))
}

// writePage writes the offline page, with root certificates in it if there are any.
func writePage(file, trust, people string) error {
	var roots [2]string
	for i, name := range []string{trust, people} {
		if name == "" {
			continue
		}
		if _, err := seals.ReadRoots(name); err != nil {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		roots[i] = string(b)
	}
	return os.WriteFile(file, offline.With(roots[0], roots[1]), 0o644)
}

// lastSeen is the file beside the database with the newest checkpoint of the
// last good check. Whoever rolls back the database must roll back this too.
const lastSeen = "ledger.seen"

// verifyLedger reads the database and changes nothing in it.
func verifyLedger(ctx context.Context, cfg *config.Config, seen, key string, stdout io.Writer) error {
	s, err := ledger.NewSigner(filepath.Join(cfg.Data, "keys"))
	if err != nil {
		return err
	}
	if fold(key) != "" && fold(key) != fold(s.Fingerprint()) {
		return fmt.Errorf("账没有通过核对：本机的公钥指纹是 %s，和您给的不一样", s.Fingerprint())
	}
	out, err := outside(cfg, seen)
	if err != nil {
		return err
	}
	dsn := cfg.DB
	if dsn == "" {
		dsn = "sqlite:" + filepath.Join(cfg.Data, "mashang.db")
	}
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	r, err := ledger.AuditWith(ctx, d, s.Verifier, out)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	if err := printAudit(r, stdout); err != nil {
		return err
	}
	if r.Checkpoint == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(cfg.Data, lastSeen), []byte(r.Checkpoint), 0o600)
}

// outside collects what is known from elsewhere: a file that the caller
// names, the last check's checkpoint, and the keys of the witnesses.
func outside(cfg *config.Config, seen string) (ledger.Outside, error) {
	var out ledger.Outside
	b, err := os.ReadFile(filepath.Join(cfg.Data, lastSeen))
	if err == nil {
		out.Seen = append(out.Seen, string(b))
	} else if !errors.Is(err, os.ErrNotExist) {
		return out, err
	}
	if seen != "" {
		b, err := os.ReadFile(seen)
		if err != nil {
			return out, err
		}
		out.Seen = append(out.Seen, string(b))
	}
	for _, w := range cfg.Witness {
		if _, key, ok := strings.Cut(w, "="); ok {
			out.Witnesses = append(out.Witnesses, key)
		}
	}
	return out, nil
}

func printAudit(r ledger.AuditReport, stdout io.Writer) error {
	w := &strings.Builder{}
	fmt.Fprintf(w, "公钥指纹：%s\n", r.Fingerprint)
	fmt.Fprintf(w, "记录：%d 条重新算过校验值；另有 %d 条刚发生，还没封存\n", r.Entries, r.Pending)
	fmt.Fprintf(w, "校验值：%d 个；校验点：%d 个，签名和内容都重新算过\n", r.Hashes, r.Checkpoints)
	fmt.Fprintf(w, "持有人：%d 条链，共 %d 处，前后相接\n", r.Chains, r.Links)
	fmt.Fprintf(w, "个人内容：%d 处和摘要一致，%d 处已依法删除\n", r.Secrets, r.Erased)
	if r.Outside > 0 {
		fmt.Fprintf(w, "和 %d 个在别处保存的校验点对过\n", r.Outside)
	} else {
		fmt.Fprintln(w, "没有在别处保存的校验点可比：整本账如果被换成旧的，这次看不出来")
	}
	if r.Cosignatures > 0 {
		fmt.Fprintf(w, "见证人的签名：%d 个\n", r.Cosignatures)
	}
	for _, f := range r.Faults {
		fmt.Fprintln(w, "不对："+f.Text)
	}
	if r.More > 0 {
		fmt.Fprintf(w, "还有 %d 处不对，没有一一列出\n", r.More)
	}
	if r.OK() {
		fmt.Fprintln(w, "账核对通过")
	}
	_, err := io.WriteString(stdout, w.String())
	if err == nil && !r.OK() {
		err = errors.New("账没有通过核对")
	}
	return err
}

func verifyBlobs(ctx context.Context, cfg *config.Config, stdout io.Writer) error {
	dir := filepath.Join(cfg.Data, "blobs")
	if path, ok := strings.CutPrefix(cfg.Blob, "folder:"); ok {
		dir = path
	}
	s, err := blob.OpenFolder(dir)
	if err != nil {
		return err
	}
	n, bad := 0, 0
	err = s.Each(ctx, func(digest string) error {
		n++
		in, err := s.Open(ctx, digest)
		if err == nil {
			_, err = io.Copy(io.Discard, in)
			err = errors.Join(err, in.Close())
		}
		if err == nil {
			return nil
		}
		bad++
		_, err = fmt.Fprintf(stdout, "不对：文件 %s 和它的摘要对不上\n", digest)
		return err
	})
	switch {
	case err != nil:
		return err
	case bad > 0:
		return fmt.Errorf("%d 个文件和摘要对不上", bad)
	}
	_, err = fmt.Fprintf(stdout, "文件：%d 个，都和摘要一致\n", n)
	return err
}
