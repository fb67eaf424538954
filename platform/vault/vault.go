// Package vault keeps personal numbers (ID, phone, account) unreadable in the
// database and in backups, and still findable: AES-256-GCM for the value, a
// keyed digest for looking up. Whoever holds only the database learns nothing.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Vault encrypts and finds.
type Vault struct {
	aead cipher.AEAD
	find []byte
	Keys string // folder of key files
}

// Open reads the field key in dir, or makes one when there is none.
func Open(dir string) (*Vault, error) {
	secret, err := KeyFile(dir, "field.key")
	if err != nil {
		return nil, err
	}
	enc, err := hkdf.Key(sha256.New, secret, nil, "mashang field encryption v1", 32)
	if err != nil {
		return nil, err
	}
	find, err := hkdf.Key(sha256.New, secret, nil, "mashang field lookup v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Vault{aead: aead, find: find, Keys: dir}, nil
}

// KeyFile returns 32 secret bytes kept in dir/name, making them at first use.
// The file is readable by its owner only.
func KeyFile(dir, name string) ([]byte, error) {
	path := filepath.Join(dir, name)
	b, err := os.ReadFile(path)
	switch {
	case err == nil:
		k, err := base64.StdEncoding.DecodeString(string(b))
		if err != nil || len(k) != 32 {
			return nil, fmt.Errorf("vault: %s is damaged", name)
		}
		return k, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("vault: %w", err)
	}
	k := make([]byte, 32)
	_, _ = rand.Read(k)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return k, writeDurably(path, []byte(base64.StdEncoding.EncodeToString(k)))
}

// writeDurably must not lose a key that data was already encrypted with.
func writeDurably(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// Seal encrypts s; the empty string stays empty. what names the field, so
// that a value can't be moved to another column.
func (v *Vault) Seal(what, s string) string {
	if s == "" {
		return ""
	}
	return base64.RawStdEncoding.EncodeToString(v.aead.Seal(nil, nil, []byte(s), []byte(what)))
}

// Open decrypts what Seal made for the same field.
func (v *Vault) Open(what, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	b, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("vault: %s: %w", what, err)
	}
	p, err := v.aead.Open(nil, nil, b, []byte(what))
	if err != nil {
		return "", fmt.Errorf("vault: %s: %w", what, err)
	}
	return string(p), nil
}

// Find returns the lookup digest of s for a field; the empty string has none.
func (v *Vault) Find(what, s string) string {
	if s == "" {
		return ""
	}
	m := hmac.New(sha256.New, v.find)
	_, _ = fmt.Fprintf(m, "%s\n%s", what, s)
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
