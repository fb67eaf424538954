package sign

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"
)

// Verify says what can be said of a file to someone who trusts t, at that
// time. It is the same for everyone: it needs no key and asks nobody. The
// error is [ErrForeign] if the file is none of ours; what was done to a file
// of ours stands in the report.
func Verify(pdf []byte, t Trust, at time.Time) (Report, error) {
	d, broken := read(pdf)
	if d == nil {
		return Report{}, broken
	}
	if len(d.revs) == 1 && !d.canonical() {
		return Report{}, ErrForeign
	}
	r := Report{}
	found := r.explain(d)
	if broken != nil {
		end := d.last().end
		r.object(Objection{What: Unreadable, Revision: len(d.revs), Byte: end})
	}
	c := &circle{Trust: t, lists: slices.Clone(t.Lists)}
	for _, s := range found {
		c.meet(s.der)
	}
	if s, err := d.view().store(); err == nil {
		form, vouched := c.take(s)
		if !form {
			r.object(Objection{What: StoreWrong, Revision: r.storeRevision()})
		} else if !vouched {
			r.Problems = append(r.Problems, StoreNoPath)
		}
	}
	proven := at
	r.Signatures = make([]Signature, len(found))
	for i, s := range slices.Backward(found) {
		r.Signatures[i] = r.judge(d, s, c, &proven)
	}
	r.order()
	r.Verdict = r.verdict()
	return r, nil
}

// order refuses what a person signed after a seal, or whoever else signs with a
// certificate of years. People sign first: one of them has his key for some minutes
// more, and the picture of a further signature could add to any page of what the
// court has sealed.
func (r *Report) order() {
	sealed := false
	for _, s := range r.Signatures {
		switch {
		case s.Stamp || !s.Intact:
		case !s.OneTime:
			sealed = true
		case sealed:
			r.object(Objection{What: AfterSeal, Revision: s.Revision})
		}
	}
}

// explain goes through the revisions and compares pages if one is not ours.
func (r *Report) explain(d *document) []*signed {
	var found []*signed
	ours, widgets := 0, map[int]bool{}
	if !d.canonical() {
		r.object(Objection{What: PaperForm})
	}
	r.Revisions = []Revision{{Start: 0, End: d.revs[0].end}}
	for i := 1; i < len(d.revs); i++ {
		added, s := d.explain(i)
		r.Revisions = append(r.Revisions, Revision{d.revs[i].start, d.revs[i].end, added})
		if s != nil {
			found = append(found, s)
			widgets[s.field] = true
		}
		if added != "" && ours == i-1 {
			ours = i
		} else if added == "" {
			r.object(Objection{What: Unexplained, Revision: i})
		}
	}
	if ours == len(d.revs)-1 {
		return found
	}
	for _, o := range differences(d.upto(ours+1).view(), d.view(), widgets) {
		o.Revision = ours + 1
		r.object(o)
		if o.Page > 0 && !slices.Contains(r.Pages, o.Page) {
			r.Pages = append(r.Pages, o.Page)
		}
	}
	return found
}

// storeRevision is the last revision that added to the store.
func (r *Report) storeRevision() int {
	for i, rev := range slices.Backward(r.Revisions) {
		if rev.Added == AddedStore {
			return i
		}
	}
	return 0
}

// judge checks one signature. It goes from the newest to the oldest: a stamp
// over the file proves that everything under it was there at its time, also
// when the certificates under it have expired since.
func (r *Report) judge(d *document, s *signed, c *circle, proven *time.Time) Signature {
	out := Signature{
		Field: s.Name, Stamp: s.stamp, Certify: s.Certify, Name: s.signer, Reason: s.Reason, Place: s.Place,
		Page: s.Page + 1, Revision: s.revision, Covers: d.revs[s.revision].end,
	}
	digest := covered(d.raw[:out.Covers], s.placed)
	if !s.intact {
		r.object(Objection{What: SignatureBroken, Revision: s.revision})
		return out
	}
	if s.stamp {
		r.judgeStamp(&out, s, c, digest[:], proven)
	} else {
		r.judgeSigner(&out, d, s, c, digest[:], *proven)
	}
	out.Trusted = out.Intact && len(out.Problems) == 0
	return out
}

func (r *Report) judgeStamp(out *Signature, s *signed, c *circle, digest []byte, proven *time.Time) {
	t, err := parseToken(s.der)
	switch {
	case err != nil:
		r.object(Objection{What: SignatureBroken, Revision: s.revision})
		return
	case !bytes.Equal(t.digest, digest):
		r.object(Objection{What: BytesChanged, Revision: s.revision})
		return
	}
	out.Intact, out.Certificate, out.Subject, out.Time = true, t.signer, t.signer.Subject.String(), t.time
	if out.Problems = stampProblems(c, t, *proven); out.Problems == nil {
		*proven = t.time
	}
}

// stampProblems are those of a stamp that was there at the proven time.
func stampProblems(c *circle, t *token, proven time.Time) []Problem {
	if !c.believes(t, proven) {
		return []Problem{StampNoPath}
	}
	if t.time.After(proven.Add(skew)) {
		return []Problem{StampTooLate}
	}
	return nil
}

func (r *Report) judgeSigner(out *Signature, d *document, s *signed, c *circle, digest []byte, proven time.Time) {
	broken := func(w What) { r.object(Objection{What: w, Revision: s.revision}) }
	m, err := parseCMS(s.der)
	if err != nil {
		broken(SignatureBroken)
		return
	}
	certs, signer, err := m.certificates()
	if err != nil {
		broken(SignatureBroken)
		return
	}
	// The attributes are not read but written again: they have one form.
	want := newCMS(digest, m.certs, signer)
	if !bytes.Equal(m.attributes, want.attributes) {
		broken(BytesChanged)
		return
	}
	if !m.kind.Equal(oidData) || m.content != nil || !bytes.Equal(m.digest, want.digest) || certs[0] != signer || m.check(signer) != nil {
		broken(SignatureBroken)
		return
	}
	out.Certificate, out.Subject = signer, signer.Subject.String()
	named, one := oneTime(signer)
	if out.OneTime = one; one && !bytes.Equal(named, d.paper()) {
		broken(OtherPaper)
		return
	}
	if out.Name != signer.Subject.CommonName {
		out.Problems = append(out.Problems, NameDiffers)
	}
	if m.unsigned == nil {
		out.Intact = true
		out.Problems = append(out.Problems, NoStamp)
		return
	}
	der, err := stampIn(m.unsigned)
	if err != nil {
		broken(SignatureBroken)
		return
	}
	sum := sha256.Sum256(m.signature)
	t, err := stampOf(der, sum[:])
	if err != nil {
		broken(SignatureBroken)
		return
	}
	out.Intact, out.Time = true, t.time
	out.Problems = append(out.Problems, stampProblems(c, t, proven)...)
	out.Problems = append(out.Problems, c.judge(signer, certs, t.time)...)
}

// oneTime is the digest of the paper for which a one-time certificate was issued.
func oneTime(c *x509.Certificate) (digest []byte, ok bool) {
	for _, e := range c.Extensions {
		if e.Id.Equal(oidPaper) {
			rest, err := asn1.Unmarshal(e.Value, &digest)
			return digest, err == nil && len(rest) == 0
		}
	}
	return nil, false
}

// verdict sums up.
func (r *Report) verdict() Verdict {
	trusted := len(r.Problems) == 0
	for _, s := range r.Signatures {
		if !s.Intact {
			return Changed
		}
		trusted = trusted && s.Trusted
	}
	switch {
	case len(r.Objections) > 0:
		return Changed
	case r.Signers() == 0 && trusted:
		return Unsigned
	case !trusted:
		return Untrusted
	}
	return Genuine
}
