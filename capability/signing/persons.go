package signing

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"

	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/ledger"
	"mashang/platform/sign"
)

// Persons is an authority that certifies people. It looks itself whether
// somebody is who he says, by a code of its own on his phone, and never takes
// the court's word for it; its keys are not the court's.
type Persons interface {
	// Begin sends a code to a phone and returns the name of the check.
	Begin(ctx context.Context, name, phone string, papers [][32]byte) (check string, err error)
	// Issue answers the right code with a one-time certificate for each paper,
	// for the key of a PKCS #10 request.
	Issue(ctx context.Context, check, code string, csr []byte) ([][]*x509.Certificate, error)
	Roots(ctx context.Context) ([]*x509.Certificate, error)
	sign.Stamper
}

// Accounts is what signing asks of account: the phone that a person proved when
// he signed in.
type Accounts interface {
	PhoneOf(tx *db.Tx, person string, staff bool) (string, error)
}

// keep writes the roots of the authority of persons down, once for each: the
// test authority has a new one at every start, and what was signed under the
// old ones stays signed. Only roots are kept; its keys are not here.
func (s *Service) keep(ctx context.Context) error {
	ctx = auth.System(ctx, "signing.persons") // nobody's act: the authority is what it is
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept || s.persons == nil {
		return nil
	}
	roots, err := s.persons.Roots(ctx)
	if err != nil {
		return err
	}
	for _, c := range roots {
		sum := sha256.Sum256(c.Raw)
		key := hex.EncodeToString(sum[:])
		err := s.k.Do(app.Alone(ctx), func(tx *db.Tx) error {
			if _, ok, err := db.Maybe[string](tx, `SELECT id FROM signing_root WHERE id = ?`, key); err != nil || ok {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO signing_root (id, role, pem, at) VALUES (?, 'persons', ?, ?)`, key, certificates([]*x509.Certificate{c}), tx.Now()); err != nil {
				return err
			}
			_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "signing.persons", Actor: app.Actor(ctx), Body: map[string]any{"root": key, "name": c.Subject.CommonName}})
			return err
		})
		if err != nil {
			return err
		}
	}
	s.kept = true
	return nil
}

// trust is whom the court believes: seals under the root of seals, people under
// the roots of those who certify people; and the serial numbers of its seals.
func (s *Service) trust(ctx context.Context) (t sign.Trust, seals map[string]bool, err error) {
	t.People, seals = []*x509.Certificate{}, map[string]bool{} // nobody, rather than anybody
	if s.k.Config.Demo {
		a, err := s.load(ctx)
		if err != nil {
			return t, nil, err
		}
		t.Roots = a.Trust().Roots
	}
	var roots, chains []string
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		if roots, err = db.List[string](tx, `SELECT pem FROM signing_root WHERE role = 'persons'`); err != nil {
			return err
		}
		chains, err = db.List[string](tx, `SELECT chain FROM signing_key`)
		return err
	})
	if err != nil {
		return t, nil, err
	}
	for _, text := range roots {
		cs, err := parseCertificates([]byte(text))
		if err != nil {
			return t, nil, err
		}
		t.People = append(t.People, cs...)
	}
	for _, text := range chains {
		cs, err := parseCertificates([]byte(text))
		if err != nil {
			return t, nil, err
		}
		seals[cs[0].SerialNumber.String()] = true
	}
	t.Stamps = append(append(t.Stamps, t.Roots...), t.People...)
	return t, seals, nil
}
