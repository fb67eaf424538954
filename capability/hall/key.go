package hall

import (
	"net/http"

	"mashang/platform/db"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

func (s *Service) key(r *http.Request) (web.Reply, error) {
	a := keyAnswer{Key: s.k.Ledger.Signer().Verifier, Fingerprint: s.k.Ledger.Signer().Fingerprint()}
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		a.Checkpoint, _, err = ledger.Checkpoint(tx)
		return err
	})
	return web.Reply{JSON: a}, err
}
