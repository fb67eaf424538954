package setup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"mashang/platform/id"
)

// Link makes the one-time word of the first-run pages; an earlier one dies.
func (s *Service) Link(ctx context.Context) (string, error) {
	word := id.Secret()
	return word, s.k.PutSetting(ctx, "setup.link", digest(word))
}

// digest keeps the word itself out of the database.
func digest(word string) string {
	h := sha256.Sum256([]byte(word))
	return hex.EncodeToString(h[:])
}
