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

// keepPersons writes the roots of the authority of persons down: the test
// authority has a new one at every start, and what was signed under the old ones
// stays signed. Only roots are kept; its keys are not here.
func (s *Service) keepPersons(ctx context.Context) error {
	if s.persons == nil {
		return nil
	}
	roots, err := s.persons.Roots(ctx)
	if err != nil {
		return err
	}
	return s.keep(ctx, "persons", roots)
}

// keep writes roots down, once for each.
func (s *Service) keep(ctx context.Context, role string, roots []*x509.Certificate) error {
	ctx = auth.System(ctx, "signing."+role) // nobody's act: the authority is what it is
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[role] {
		return nil
	}
	for _, c := range roots {
		key := fingerprint(c)
		err := s.k.Do(app.Alone(ctx), func(tx *db.Tx) error {
			if _, ok, err := db.Maybe[string](tx, `SELECT id FROM signing_root WHERE id = ? AND role = ?`, key, role); err != nil || ok {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO signing_root (id, role, pem, at) VALUES (?, ?, ?, ?)`, key, role, certificates([]*x509.Certificate{c}), tx.Now()); err != nil {
				return err
			}
			_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "signing." + role, Actor: app.Actor(ctx), Body: map[string]any{"root": key, "name": c.Subject.CommonName}})
			return err
		})
		if err != nil {
			return err
		}
	}
	s.kept[role] = true
	return nil
}

// fingerprint names a certificate.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// trust is whom the court believes: seals under the roots of seals, people under
// the roots of those who certify people; and the certificates of its seals.
func (s *Service) trust(ctx context.Context) (t sign.Trust, own map[string]bool, err error) {
	t.People, own = []*x509.Certificate{}, map[string]bool{} // nobody, rather than anybody
	if s.k.Config.TestSeals() || s.k.Config.TestStamps() {
		a, err := s.load(ctx)
		if err != nil {
			return t, nil, err
		}
		if s.k.Config.TestSeals() {
			t.Roots = a.Trust().Roots
		}
		t.Stamps = a.Trust().Roots
	}
	var roots []root
	var chains []string
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		if roots, err = db.List[root](tx, `SELECT role, pem FROM signing_root ORDER BY at, id, role`); err != nil {
			return err
		}
		chains, err = db.List[string](tx, `SELECT chain FROM signing_key`)
		return err
	})
	if err != nil {
		return t, nil, err
	}
	for _, r := range roots {
		cs, err := parseCertificates([]byte(r.PEM))
		if err != nil {
			return t, nil, err
		}
		switch r.Role {
		case "persons": // who certifies people stamps what they sign
			t.People, t.Stamps = append(t.People, cs...), append(t.Stamps, cs...)
		case "seals":
			t.Roots = append(t.Roots, cs...)
		case "stamps":
			t.Stamps = append(t.Stamps, cs...)
		}
	}
	for _, text := range chains {
		cs, err := parseCertificates([]byte(text))
		if err != nil {
			return t, nil, err
		}
		own[fingerprint(cs[0])] = true
	}
	if t.Stamps == nil {
		t.Stamps = []*x509.Certificate{}
	}
	return t, own, nil
}

// root is a row of signing_root.
type root struct {
	Role string `db:"role"`
	PEM  string `db:"pem"`
}
