package signing

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/platform/app"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/seals"
	"mashang/platform/sm"
	"mashang/platform/web"
)

const (
	proofAfter = time.Minute      // a batch of papers goes out first
	proofLater = 10 * time.Minute // when a proof that could not be had is tried once more
)

// proving is a sealed file that gets its second proof.
type proving struct {
	Paper string `json:"paper"`
	Court string `json:"court"`
	File  string `json:"file"` // digest
}

// Sealed has a paper that was sealed proven a second time, by SM2, where there
// are such keys: after it was issued, which waits for nothing.
func (s *Service) Sealed(tx *db.Tx, p paper.Paper, digest string) error {
	if !s.k.Config.SM() {
		return nil
	}
	return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "signing.prove", Body: proving{p.ID, p.Court, digest}, At: s.k.Now().Add(proofAfter)})
}

// prove makes the second proof of a file, once.
func (s *Service) prove(ctx context.Context, j *jobs.Job) error {
	var v proving
	if err := j.Read(&v); err != nil {
		return err
	}
	var seal docket.Seal
	var known bool
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		if _, known, err = proofOf(tx, v.File); err != nil || known {
			return err
		}
		seal, _, err = docket.SealOf(tx, v.Court, s.k.Now())
		return err
	})
	if err != nil || known || seal.ID == "" {
		return err
	}
	file, err := blob.ReadAll(ctx, s.k.Blob, v.File)
	if err != nil {
		return err
	}
	p, c, err := s.proofBy(ctx, seal, file)
	if errors.Is(err, seals.ErrNoKey) { // this court has none
		return nil
	}
	if fault.KindOf(err) == fault.Unavailable {
		s.k.Log.Warn("a second proof waits", "job", j.ID, "err", err)
		return s.k.Note(ctx, func(tx *db.Tx) error {
			if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: j.Kind, Body: v, At: s.k.Now().Add(proofLater)}); err != nil {
				return err
			}
			return j.Finish(tx)
		})
	}
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if _, known, err := proofOf(tx, v.File); err != nil || known {
			return errors.Join(err, j.Finish(tx))
		}
		if _, err := tx.Exec(`INSERT INTO signing_proof (file, paper_id, court_id, proof, at) VALUES (?, ?, ?, ?, ?)`, v.File, v.Paper, v.Court, base64.StdEncoding.EncodeToString(p), tx.Now()); err != nil {
			return err
		}
		if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "signing.proof", Court: v.Court, Actor: app.Actor(ctx), Body: map[string]any{"paper": v.Paper, "file": v.File, "serial": c.SerialNumber.String()}}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// proofBy is the proof of a file by the SM2 key of a seal. One by a key that
// somebody else holds is checked as anybody would check it.
func (s *Service) proofBy(ctx context.Context, seal docket.Seal, file []byte) (proof []byte, by *sm.Certificate, err error) {
	if s.outside.Seals == nil {
		k, err := s.smKey(ctx, seal)
		if err != nil {
			return nil, nil, err
		}
		proof, err = sm.Sign(file, []*sm.Certificate{k.Cert}, k.Sign)
		return proof, k.Cert, err
	}
	key := seals.Key{Label: labelOf(seal), Algorithm: seals.SM2}
	c, err := s.outside.Seals.Chain(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	if err := s.keep(ctx, "sm", plainly(s.outside.SMRoots)); err != nil {
		return nil, nil, err
	}
	roots, err := s.smRoots(ctx)
	if err != nil {
		return nil, nil, err
	}
	chain, err := sm.Parse(c.Certificates)
	if err == nil {
		proof, err = sm.Sign(file, chain, func(e []byte) ([]byte, error) { return s.outside.Seals.Sign(ctx, key, e) })
	}
	if err == nil {
		by, err = sm.Verify(file, proof, roots, s.k.Now())
	}
	if err != nil && fault.KindOf(err) != fault.Unavailable {
		err = fault.Wrap(fault.Unavailable, "国密签名的证书或者签名不对，没有用。", err)
	}
	return proof, by, err
}

// plainly are certificates of SM2 keys for who looks at their bytes only.
func plainly(list []*sm.Certificate) (out []*x509.Certificate) {
	for _, c := range list {
		out = append(out, c.ToX509())
	}
	return out
}

// smKey is the test authority's key of a seal, made at first need, and smRoot
// that of the authority itself.
func (s *Service) smKey(ctx context.Context, seal docket.Seal) (sm.Key, error) {
	return s.smHeld(ctx, seal.ID, seal.Court, func() (sm.Key, error) {
		root, err := s.smRoot(ctx)
		if err != nil {
			return sm.Key{}, err
		}
		return root.Issue(seal.Ring+seal.Lower+"电子印章（测试）", s.k.Now(), years)
	})
}

func (s *Service) smRoot(ctx context.Context) (sm.Key, error) {
	return s.smHeld(ctx, "root", "", func() (sm.Key, error) { return sm.NewRoot(s.k.Now()) })
}

// smHeld reads a key that the database holds, sealed, or makes it.
func (s *Service) smHeld(ctx context.Context, id, court string, fresh func() (sm.Key, error)) (sm.Key, error) {
	read := func(tx *db.Tx) (string, bool, error) {
		return db.Maybe[string](tx, `SELECT pem FROM signing_sm WHERE id = ?`, id)
	}
	var kept string
	var ok bool
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) { kept, ok, err = read(tx); return err }); err != nil {
		return sm.Key{}, err
	}
	if !ok {
		k, err := fresh()
		if err != nil {
			return k, err
		}
		text, err := k.PEM()
		if err != nil {
			return k, err
		}
		err = s.k.Do(app.Alone(ctx), func(tx *db.Tx) error {
			if kept, ok, err = read(tx); err != nil || ok { // another node was first
				return err
			}
			kept = s.k.Vault.Seal("signing.sm", string(text))
			if _, err := tx.Exec(`INSERT INTO signing_sm (id, pem, at) VALUES (?, ?, ?)`, id, kept, tx.Now()); err != nil {
				return err
			}
			_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "signing.smkey", Court: court, Actor: app.Actor(ctx), Body: map[string]any{"key": id, "serial": k.Cert.SerialNumber.String()}})
			return err
		})
		if err != nil {
			return k, err
		}
	}
	text, err := s.k.Vault.Open("signing.sm", kept)
	if err != nil {
		return sm.Key{}, err
	}
	return sm.ReadKey([]byte(text))
}

// smRoots are those under which the court believes SM2 keys.
func (s *Service) smRoots(ctx context.Context) ([]*sm.Certificate, error) {
	var out []*sm.Certificate
	if s.k.Config.TestSeals() {
		root, err := s.smRoot(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, root.Cert)
	}
	var kept []string
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		kept, err = db.List[string](tx, `SELECT pem FROM signing_root WHERE role = 'sm'`)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, text := range kept {
		cs, err := sm.ParsePEM([]byte(text))
		if err != nil {
			return nil, err
		}
		out = append(out, cs...)
	}
	return out, nil
}

// proof is a row of signing_proof.
type proof struct {
	Proof string    `db:"proof"`
	At    time.Time `db:"at"`
}

func proofOf(tx *db.Tx, file string) (proof, bool, error) {
	return db.Maybe[proof](tx, `SELECT proof, at FROM signing_proof WHERE file = ?`, file)
}

// Proven reports whether a file has its second proof.
func (s *Service) Proven(tx *db.Tx, digest string) (bool, error) {
	_, ok, err := proofOf(tx, digest)
	return ok, err
}

// second is what the check page says of the second proof.
type second struct {
	Name string    `json:"name"`
	Good bool      `json:"good"`
	File string    `json:"file"` // digest, by which it is to be had
	At   time.Time `json:"at"`
}

// secondOf checks the second proof of a file, if it has one.
func (s *Service) secondOf(ctx context.Context, file []byte, digest string) (*second, error) {
	var p proof
	var ok bool
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) { p, ok, err = proofOf(tx, digest); return err })
	if err != nil || !ok {
		return nil, err
	}
	der, err := base64.StdEncoding.DecodeString(p.Proof)
	if err != nil {
		return nil, err
	}
	roots, err := s.smRoots(ctx)
	if err != nil {
		return nil, err
	}
	out := &second{File: digest, At: p.At}
	c, err := sm.Verify(file, der, roots, p.At)
	out.Good = err == nil
	if c != nil {
		out.Name = c.Subject.CommonName
	}
	return out, nil
}

// getProof gives the second proof of a file to who can name its digest: he has
// the file.
func (s *Service) getProof(r *http.Request) (web.Reply, error) {
	var p proof
	var ok bool
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) { p, ok, err = proofOf(tx, r.PathValue("file")); return err })
	if err == nil && !ok {
		err = fault.Missing()
	}
	if err != nil {
		return web.Reply{}, err
	}
	der, err := base64.StdEncoding.DecodeString(p.Proof)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: "国密签名.p7s", Type: "application/pkcs7-signature", Body: bytes.NewReader(der), At: p.At}}, nil
}

// getSMRoot gives what one has to believe in order to believe second proofs.
func (s *Service) getSMRoot(r *http.Request) (web.Reply, error) {
	var roots []*sm.Certificate
	var err error
	if s.k.Config.SM() {
		roots, err = s.smRoots(r.Context())
	}
	if err == nil && len(roots) == 0 {
		err = fault.Missing()
	}
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: "sm-root.pem", Type: "text/plain; charset=utf-8", Body: bytes.NewReader([]byte(certificates(plainly(roots)))), At: s.k.Now()}}, nil
}
