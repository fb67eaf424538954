package signing

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"mashang/docket"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/id"
	"mashang/platform/ledger"
	"mashang/platform/seals"
	"mashang/platform/sign"
	"mashang/platform/sm"
)

// Service does what the package doc says.
type Service struct {
	k        *app.Kit
	persons  Persons
	accounts Accounts
	outside  Outside
	lists    *seals.Lists
	turns    chan struct{} // of files that are checked

	opened sync.Map // keys of seals by their id: [sign.Signer], as many as there are seals

	mu        sync.Mutex
	authority *sign.Authority // once it was read
	kept      map[string]bool // whose roots were kept since this start
}

// Outside is what the court does not hold itself.
type Outside struct {
	Persons    Persons             // nil: nobody signs on a phone
	Seals      seals.Keys          // nil: the test authority's, where the settings say so
	SealRoots  []*x509.Certificate // of Seals
	SMRoots    []*sm.Certificate   // of the SM2 keys of Seals; nil: there are none
	Stamps     sign.Stamper        // likewise
	StampRoots []*x509.Certificate // of Stamps
}

// years that the certificate of a seal is valid.
const years = 5

// key is the key of a seal. Chain and Secret are PEM, Secret sealed.
type key struct {
	ID     string    `db:"id"`
	Seal   string    `db:"seal_id"`
	Court  string    `db:"court_id"`
	Chain  string    `db:"chain"`
	Secret string    `db:"secret"`
	Until  time.Time `db:"until_at"`
	At     time.Time `db:"at"`
}

const keyCols = `id, seal_id, court_id, chain, secret, until_at, at`

// Seal signs a paper with the seal that a court uses now, over all its bytes.
// show has the picture of the seal shown where the paper left room for it; a
// paper of old has it on the page, and its signature shows nothing. A court for
// which nobody holds seals gets its paper back as it is. An error that is [fault.Unavailable] passes: the paper waits.
func (s *Service) Seal(ctx context.Context, court string, pdf []byte, pages int, reason string, show func(docket.Seal, *sign.Field) error) ([]byte, error) {
	if !s.Seals() {
		return pdf, nil
	}
	var seal docket.Seal
	var ct docket.Court
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		if ct, err = docket.CourtOf(tx, court); err != nil {
			return err
		}
		var ok bool
		if seal, ok, err = docket.SealOf(tx, court, s.k.Now()); err == nil && !ok {
			err = errors.New("signing: no seal is in use")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	after, err := sign.Signed(pdf) // people sign before the court seals
	if err != nil {
		return nil, err
	}
	f := sign.Field{Name: "院印", Page: pages - 1, Reason: reason, Place: ct.Short, At: s.k.Now().UTC().Truncate(time.Second), Certify: !after}
	if err := show(seal, &f); err != nil {
		return nil, err
	}
	stamper, err := s.stamper(ctx)
	if err != nil {
		return nil, err
	}
	if s.outside.Seals != nil {
		out, err := s.sealOutside(ctx, seal, pdf, f, stamper)
		return out, errors.Join(err, s.wait(ctx, court, err))
	}
	a, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	signer, err := s.signer(ctx, a, seal)
	if err != nil {
		return nil, err
	}
	out, err := sign.Sign(ctx, pdf, f, signer, stamper)
	if s.outside.Stamps != nil {
		err = errors.Join(err, s.wait(ctx, court, err))
	}
	return out, err
}

// Seals reports whether anybody holds seals for this court.
func (s *Service) Seals() bool { return s.outside.Seals != nil || s.k.Config.TestSeals() }

// stamper is who says when a paper was sealed.
func (s *Service) stamper(ctx context.Context) (sign.Stamper, error) {
	if s.outside.Stamps != nil {
		return s.outside.Stamps, nil
	}
	a, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	return a.Stamper(s.k.Clock), nil
}

// load returns the built-in authority, making it at first need. It is kept in
// the database, sealed, so that all nodes have the same.
func (s *Service) load(ctx context.Context) (*sign.Authority, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.authority != nil {
		return s.authority, nil
	}
	read := func(tx *db.Tx) (string, bool, error) {
		return db.Maybe[string](tx, `SELECT pem FROM signing_authority WHERE id = 'test'`)
	}
	var kept string
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) { kept, _, err = read(tx); return err })
	if err != nil {
		return nil, err
	}
	if kept == "" {
		a, err := sign.NewAuthority(s.k.Now())
		if err != nil {
			return nil, err
		}
		text, err := a.PEM()
		if err != nil {
			return nil, err
		}
		err = s.k.Do(app.Alone(ctx), func(tx *db.Tx) error {
			var ok bool
			if kept, ok, err = read(tx); err != nil || ok { // another node was first
				return err
			}
			kept = s.k.Vault.Seal("signing.authority", string(text))
			if _, err := tx.Exec(`INSERT INTO signing_authority (id, pem, at) VALUES ('test', ?, ?)`, kept, tx.Now()); err != nil {
				return err
			}
			_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "signing.authority", Actor: app.Actor(ctx), Body: map[string]any{"test": true, "serial": a.Certificates()[0].SerialNumber.String()}})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	text, err := s.k.Vault.Open("signing.authority", kept)
	if err != nil {
		return nil, err
	}
	s.authority, err = sign.ReadAuthority([]byte(text))
	return s.authority, err
}

// signer returns the key of a seal, making one when there is none that is valid.
func (s *Service) signer(ctx context.Context, a *sign.Authority, seal docket.Seal) (sign.Signer, error) {
	now := s.k.Now()
	find := func(tx *db.Tx) (key, bool, error) {
		return db.Maybe[key](tx, `SELECT `+keyCols+` FROM signing_key WHERE seal_id = ? AND until_at > ? ORDER BY until_at DESC, id LIMIT 1`, seal.ID, now)
	}
	var k key
	var ok bool
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) { k, ok, err = find(tx); return err }); err != nil {
		return sign.Signer{}, err
	}
	if ok {
		return s.open(k)
	}
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return sign.Signer{}, err
	}
	chain, err := a.Issue(seal.Ring+"电子印章（测试）", secret.Public(), now, years)
	if err != nil {
		return sign.Signer{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		return sign.Signer{}, err
	}
	made := key{ID: id.New(), Seal: seal.ID, Court: seal.Court, Chain: certificates(chain), Until: chain[0].NotAfter, At: now,
		Secret: s.k.Vault.Seal("signing.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))}
	err = s.k.Do(app.Alone(ctx), func(tx *db.Tx) error {
		if k, ok, err = find(tx); err != nil || ok { // another node was first
			return err
		}
		k = made
		return s.putKey(tx, k, chain[0])
	})
	if err != nil {
		return sign.Signer{}, err
	}
	return s.open(k)
}

// open returns the key that a row keeps sealed. A row never changes, so that
// what was opened once stays right.
func (s *Service) open(k key) (sign.Signer, error) {
	if signer, ok := s.opened.Load(k.ID); ok {
		return signer.(sign.Signer), nil
	}
	signer, err := s.unseal(k)
	if err == nil {
		s.opened.Store(k.ID, signer)
	}
	return signer, err
}

func (s *Service) unseal(k key) (sign.Signer, error) {
	text, err := s.k.Vault.Open("signing.key", k.Secret)
	if err != nil {
		return sign.Signer{}, err
	}
	b, _ := pem.Decode([]byte(text))
	if b == nil {
		return sign.Signer{}, fmt.Errorf("signing: the key %s is damaged", k.ID)
	}
	secret, err := x509.ParsePKCS8PrivateKey(b.Bytes)
	if err != nil {
		return sign.Signer{}, err
	}
	own, ok := secret.(*ecdsa.PrivateKey)
	chain, err := parseCertificates([]byte(k.Chain))
	if err != nil || !ok {
		return sign.Signer{}, fmt.Errorf("signing: the key %s is damaged: %w", k.ID, err)
	}
	return sign.Signer{Key: own, Chain: chain}, nil
}

func certificates(list []*x509.Certificate) string {
	var b strings.Builder
	for _, c := range list {
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return b.String()
}

func parseCertificates(text []byte) (out []*x509.Certificate, err error) {
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return out, nil
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
}
