package hall

import (
	"bytes"
	"net/http"
	"strings"

	"mashang/platform/db"
	"mashang/platform/fault"
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

// checkpoint is the latest signed checkpoint, as monitors fetch it.
func (s *Service) checkpoint(r *http.Request) (web.Reply, error) {
	var text string
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		text, _, err = ledger.Checkpoint(tx)
		return err
	})
	if err == nil && text == "" {
		err = fault.Missing()
	}
	return web.Reply{File: &web.File{Name: "checkpoint", Type: "text/plain; charset=utf-8", Body: strings.NewReader(text), Inline: true}}, err
}

// tile is a tile of hashes, beside which a monitor needs nothing else.
func (s *Service) tile(r *http.Request) (web.Reply, error) {
	var b []byte
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		tile, ok, err := ledger.Tile(tx, "tile/"+r.PathValue("tile"))
		if err == nil && !ok {
			err = fault.Missing()
		}
		b = tile
		return err
	})
	return web.Reply{File: &web.File{Name: "tile", Type: "application/octet-stream", Body: bytes.NewReader(b), Inline: true}}, err
}
