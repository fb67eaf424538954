// Package id makes opaque identifiers and unguessable codes.
package id

import (
	"crypto/rand"
	"strings"

	"github.com/google/uuid"
)

// New returns a UUIDv7 (RFC 9562): unique, and near in an index to its
// neighbours in time. It is a name, never a secret.
func New() string { return uuid.Must(uuid.NewV7()).String() }

// alphabet is Crockford's base 32 without I, L, O and U, which are misread;
// what a person types instead is folded by [Fold].
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Code returns n random characters of five bits each.
func Code(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand never fails: it aborts the program
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return string(b)
}

// Secret returns 26 characters, 130 bits, for codes and tokens that open something.
func Secret() string { return Code(26) }

// Fold turns what a person typed into the alphabet of [Code]: blanks and
// hyphens dropped, lower case raised, full width narrowed, O read as 0, I and
// L as 1. It returns "" when anything else remains.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(s) {
		switch {
		case r == ' ' || r == '-' || r == '　' || r == '－' || r == '·' || r == '\t':
			continue
		case r >= '０' && r <= '９':
			r -= '０' - '0'
		case r >= 'Ａ' && r <= 'Ｚ':
			r -= 'Ａ' - 'A'
		case r >= 'ａ' && r <= 'ｚ':
			r -= 'ａ' - 'A'
		case r >= 'a' && r <= 'z':
			r -= 'a' - 'A'
		}
		switch r {
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(alphabet, r) {
			return ""
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Spaced writes a code in groups of four, as it is printed and read out.
func Spaced(code string) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
