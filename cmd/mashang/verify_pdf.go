package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"mashang/capability/signing"
	"mashang/platform/clock"
	"mashang/platform/seals"
	"mashang/platform/sign"
	"mashang/platform/sm"
)

// given is what somebody has who checks a paper: files, most of which may be
// missing.
type given struct{ file, trust, people, lists, proof, smRoots string }

// second says what the proof beside the file is worth.
func (g given) second(file []byte, at time.Time, stdout io.Writer) error {
	der, err := os.ReadFile(g.proof)
	if err != nil {
		return err
	}
	var roots []*sm.Certificate
	if g.smRoots != "" {
		if roots, err = sm.ReadRoots(g.smRoots); err != nil {
			return err
		}
	}
	c, err := sm.Verify(file, der, roots, at)
	switch {
	case errors.Is(err, sm.ErrProof):
		return errors.New("国密签名和这份文件对不上")
	case err != nil && g.smRoots == "":
		return errors.New("国密签名和文件对得上；没有给出信任的国密根证书（-sm-roots），不能证明是谁签的")
	case err != nil:
		return fmt.Errorf("国密签名和文件对得上，但不能证明是谁签的：%w", err)
	}
	_, err = fmt.Fprintf(stdout, "%s（国密签名，SM2、SM3）：有效，盖住全部 %d 个字节\n", c.Subject.CommonName, len(file))
	return err
}

// verifyPaper says what a PDF is, to someone who has nothing but the file and,
// if he has them, the root certificates that he trusts. It fails for anything
// but a signed paper of which every byte is as it was signed.
func verifyPaper(g given, stdout io.Writer) error {
	b, err := os.ReadFile(g.file)
	if err != nil {
		return err
	}
	var t sign.Trust
	if g.trust != "" {
		if t.Roots, err = seals.ReadRoots(g.trust); err != nil {
			return err
		}
	}
	if g.people != "" {
		if t.People, err = seals.ReadRoots(g.people); err != nil {
			return err
		}
		t.Stamps = append(append(t.Stamps, t.Roots...), t.People...)
	}
	if g.lists != "" {
		if t.Lists, err = seals.ReadPEM(g.lists, "revocation list", x509.ParseRevocationList); err != nil {
			return err
		}
	}
	r, err := sign.Verify(b, t, clock.System{}.Now())
	if errors.Is(err, sign.ErrForeign) {
		return errors.New("不是本系统做出来的文书，或者一开头就损坏了")
	}
	if err != nil {
		return err
	}
	w := &strings.Builder{}
	for _, s := range r.Signatures {
		state := "有效"
		switch {
		case !s.Intact:
			state = "签名以后文件变了"
		case !s.Trusted:
			state = "没有改过，但不能证明是谁"
		}
		kind := "印章"
		switch {
		case s.Stamp:
			kind = "时间证明"
		case s.OneTime:
			kind = "本人签名，只签这一份的证书"
		}
		fmt.Fprintf(w, "%s（%s）：%s，%s，盖住前 %d 个字节\n", s.Name, kind, s.Time.UTC().Format(time.RFC3339), state, s.Covers)
	}
	for _, line := range signing.Words(r) {
		fmt.Fprintln(w, "不对："+line)
	}
	fmt.Fprintf(w, "%d 个签名，%d 次写入，%d 个字节，每一个都有来历：%s\n", r.Signers(), len(r.Revisions), len(b), map[bool]string{true: "是", false: "不是"}[len(r.Objections) == 0])
	if _, err := io.WriteString(stdout, w.String()); err != nil {
		return err
	}
	if g.proof != "" {
		at := clock.System{}.Now()
		if n := len(r.Signatures); n > 0 && r.Signatures[n-1].Trusted {
			at = r.Signatures[n-1].Time // the newest: the proof covers all
		}
		if err := g.second(b, at, stdout); err != nil {
			return err
		}
	}
	switch r.Verdict {
	case sign.Genuine:
		_, err = fmt.Fprintln(stdout, "核对通过")
		return err
	case sign.Untrusted:
		if g.trust == "" {
			return errors.New("没有改过；没有给出信任的根证书（-trust），不能证明是谁签的")
		}
		return errors.New("没有改过，但不能证明是谁签的")
	case sign.Unsigned:
		return errors.New("没有人签过")
	}
	return errors.New("被改过")
}
