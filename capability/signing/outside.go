package signing

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"mashang/capability"
	"mashang/docket"
	"mashang/docket/paper"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
	"mashang/platform/seals"
	"mashang/platform/sign"
)

// labelOf is what a seal's key is called by whoever holds it: the name on its
// ring, and what stands under the star.
func labelOf(s docket.Seal) string { return s.Ring + s.Lower }

// sealOutside seals by a key that somebody else holds. What comes of it is
// checked as anybody would check it before it is a paper.
func (s *Service) sealOutside(ctx context.Context, seal docket.Seal, pdf []byte, f sign.Field, stamper sign.Stamper) ([]byte, error) {
	key := seals.Key{Label: labelOf(seal), Algorithm: seals.SHA256}
	c, err := s.outside.Seals.Chain(ctx, key)
	if err != nil {
		return nil, err
	}
	const wrong = "签章服务给的证书或者签章不对，没有用。请系统管理员查看设置。"
	chain, err := seals.Parse(c.Certificates)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, wrong, err)
	}
	if err := s.know(ctx, seal, chain); err != nil {
		return nil, err
	}
	out, err := sign.Sign(ctx, pdf, f, sign.Signer{Key: seals.Signer(ctx, s.outside.Seals, key, chain[0].PublicKey), Chain: chain}, stamper)
	if errors.Is(err, sign.ErrSignature) || errors.Is(err, sign.ErrExpired) {
		err = fault.Wrap(fault.Unavailable, wrong, err)
	}
	if err == nil {
		out, err = s.store(ctx, out, chain, c.Lists, stamper)
	}
	if err != nil {
		return nil, err
	}
	trust, _, err := s.trust(ctx)
	if err != nil {
		return nil, err
	}
	r, err := sign.Verify(out, trust, s.k.Now())
	if err == nil && r.Verdict != sign.Genuine {
		err = fault.Wrap(fault.Unavailable, wrong, fmt.Errorf("signing: %s %+v %+v", r.Verdict, r.Signatures, r.Objections))
	}
	return out, err
}

// store puts what the authority says of revocation into a sealed paper, and has
// all of it stamped: a reader of later years sees that the seal was good then,
// when nobody can be asked any more. A list that can't be had holds up no paper.
func (s *Service) store(ctx context.Context, pdf []byte, chain []*x509.Certificate, given [][]byte, stamper sign.Stamper) ([]byte, error) {
	lists, err := s.lists.Of(ctx, chain, s.outside.SealRoots, given)
	if err != nil {
		s.k.Log.Warn("a revocation list can't be had", "err", err)
	}
	if len(lists) == 0 {
		return pdf, nil
	}
	if pdf, err = sign.AddStore(pdf, nil, lists); err != nil {
		return nil, err
	}
	return sign.AddStamp(ctx, pdf, "时间戳", stamper)
}

// know writes down that a seal has a certificate, once: the check doubts what
// was signed with another. Roots are kept with it, so that what was signed
// stays signed when the settings change.
func (s *Service) know(ctx context.Context, seal docket.Seal, chain []*x509.Certificate) error {
	for role, roots := range map[string][]*x509.Certificate{"seals": s.outside.SealRoots, "stamps": s.outside.StampRoots} {
		if err := s.keep(ctx, role, roots); err != nil {
			return err
		}
	}
	text := certificates(chain)
	find := func(tx *db.Tx) (ok bool, err error) {
		_, ok, err = db.Maybe[string](tx, `SELECT id FROM signing_key WHERE seal_id = ? AND chain = ?`, seal.ID, text)
		return ok, err
	}
	var ok bool
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) { ok, err = find(tx); return err }); err != nil || ok {
		return err
	}
	return s.k.Do(app.Alone(ctx), func(tx *db.Tx) error {
		if ok, err := find(tx); err != nil || ok { // another node was first
			return err
		}
		return s.putKey(tx, key{ID: id.New(), Seal: seal.ID, Court: seal.Court, Chain: text, Until: chain[0].NotAfter, At: tx.Now()}, chain[0])
	})
}

// putKey writes a key of a seal down.
func (s *Service) putKey(tx *db.Tx, k key, c *x509.Certificate) error {
	if _, err := tx.Exec(`INSERT INTO signing_key (`+keyCols+`) VALUES (?, ?, ?, ?, ?, ?, ?)`, k.ID, k.Seal, k.Court, k.Chain, k.Secret, k.Until, k.At); err != nil {
		return err
	}
	_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "signing.key", Court: k.Court, Actor: app.Actor(tx.Context()), Body: map[string]any{"seal": k.Seal, "serial": c.SerialNumber.String(), "until": k.Until.UTC().Format(time.RFC3339)}})
	return err
}

// wait notes for which court seals can't be had, and why, or that they can
// again: those who miss a paper are told.
func (s *Service) wait(ctx context.Context, court string, why error) error {
	says := ""
	if why != nil {
		if fault.KindOf(why) != fault.Unavailable {
			return nil
		}
		says = fault.As(why).Show
	}
	var was string
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) { was, _, err = s.waitOf(tx, court); return err })
	if err != nil || was == says {
		return err
	}
	return s.k.Note(app.Alone(ctx), func(tx *db.Tx) error {
		if says == "" {
			_, err := tx.Exec(`DELETE FROM signing_wait WHERE court_id = ?`, court)
			return err
		}
		_, err := tx.Exec(`INSERT INTO signing_wait (court_id, says, since) VALUES (?, ?, ?) ON CONFLICT (court_id) DO UPDATE SET says = excluded.says`, court, says, tx.Now())
		return err
	})
}

// waited is a row of signing_wait.
type waited struct {
	Says  string    `db:"says"`
	Since time.Time `db:"since"`
}

// waitOf is why the seal of a court can't be had now; nothing when it can.
func (s *Service) waitOf(tx *db.Tx, court string) (says string, since time.Time, err error) {
	w, _, err := db.Maybe[waited](tx, `SELECT says, since FROM signing_wait WHERE court_id = ?`, court)
	return w.Says, w.Since, err
}

// unsealed are the papers of a case that are drawn, and signed by whoever has to
// sign them, and wait for the seal.
func (s *Service) unsealed(tx *db.Tx, caseID string) (out []paper.Paper, err error) {
	ps, err := paper.OfCase(tx, caseID)
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		if p.ID != p.Original {
			continue
		}
		waits := p.State == paper.Ordered
		if p.State == paper.Signing {
			_, waits, err = db.Maybe[string](tx, `SELECT id FROM signing_round WHERE paper_id = ? AND state = 'complete'`, p.ID)
			if err != nil {
				return nil, err
			}
		}
		if waits {
			out = append(out, p)
		}
	}
	return out, nil
}

// panelsHere are those of rounds, and above them what waits for the seal.
func (s *Service) panelsHere(tx *db.Tx, v capability.View) ([]capability.Panel, error) {
	out, err := s.panels(tx, v)
	if err != nil || !v.Court() || !v.May("signing", "read") {
		return out, err
	}
	says, since, err := s.waitOf(tx, v.Case.Court)
	if err != nil || says == "" {
		return out, err
	}
	ps, err := s.unsealed(tx, v.Case.ID)
	if err != nil || len(ps) == 0 {
		return out, err
	}
	return append(out, capability.Panel{Place: capability.Main, Order: 19, Body: unsealedPanel(ps, says, since, v.Now)}), nil
}

// tasksHere are those of rounds, and for the system administrator what keeps
// seals away.
func (s *Service) tasksHere(tx *db.Tx, v capability.Viewer) ([]capability.Task, error) {
	out, err := s.tasks(tx, v)
	if err != nil {
		return nil, err
	}
	for _, p := range v.Posts {
		if p.Role != docket.SystemAdmin {
			continue
		}
		says, since, err := s.waitOf(tx, p.Court)
		if err != nil {
			return nil, err
		}
		if says != "" {
			out = append(out, capability.Task{Group: "盖不上电子印章", Title: "有文书在等电子印章", Sub: says + "从" + when(since) + "起这样。好了以后文书自动盖章、签发，不用重做。", Href: "/setup", Tone: "late", Tag: "等盖章"})
		}
	}
	return out, nil
}
