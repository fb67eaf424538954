// Package exchange passes letters between systems that share nothing but a
// folder, because the networks of courts are closed.
//
// A letter is one JSON file: an envelope and an Ed25519 signature over its one
// encoding ([ledger.Canon]). Its name is its number; a sender numbers its
// letters to one receiver 1, 2, 3, …. The receiver takes them in that order and
// lays an acknowledgement with the same number, signed as well, into the folder
// that goes back; then the sender takes its letter away, and the receiver its
// acknowledgement. Every step may be repeated. A file appears whole or not at
// all: it is written beside, made durable and renamed.
//
// Reading order: exchange.go (letters), folder.go (files).
package exchange

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"

	"mashang/platform/ledger"
	"mashang/platform/vault"
)

// Version of the envelope.
const Version = 1

// Envelope is what is signed. Its fields are in alphabetical order, as the one
// encoding demands; Body is a text, so that nobody reorders what it holds.
type Envelope struct {
	Ack  bool   `json:"ack"` // an acknowledgement: Body says what became of letter Seq
	At   string `json:"at"`  // RFC 3339, UTC
	Body string `json:"body"`
	From string `json:"from"`
	ID   string `json:"id"`
	Seq  int64  `json:"seq"`
	To   string `json:"to"`
	V    int    `json:"v"`
}

type signed struct {
	Envelope  Envelope `json:"envelope"`
	Signature string   `json:"signature"`
}

// context keeps a signature on an envelope from being one on anything else.
const context = "mashang exchange v1\n"

var (
	// ErrSignature says that a file is not what its sender signed.
	ErrSignature = errors.New("exchange: the signature does not fit")
	// ErrForm says that a file is no letter.
	ErrForm = errors.New("exchange: this is no letter")
)

// Key signs the letters of this installation.
type Key struct{ private ed25519.PrivateKey }

// NewKey reads, or makes, the key in the folder of keys.
func NewKey(keys string) (Key, error) {
	seed, err := vault.KeyFile(keys, "exchange.key")
	if err != nil {
		return Key{}, err
	}
	return Key{ed25519.NewKeyFromSeed(seed)}, nil
}

// Public is the key by which others check: 32 bytes in base64.
func (k Key) Public() string {
	return base64.StdEncoding.EncodeToString(k.private.Public().(ed25519.PublicKey))
}

// ParsePublic checks the public key of another system.
func ParsePublic(s string) (ed25519.PublicKey, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, ErrForm
	}
	return b, nil
}

// Seal signs an envelope and returns the file.
func (k Key) Seal(e Envelope) ([]byte, error) {
	e.V = Version
	text, err := ledger.Canon(e)
	if err != nil {
		return nil, err
	}
	file, err := ledger.Canon(signed{e, base64.StdEncoding.EncodeToString(ed25519.Sign(k.private, []byte(context+text)))})
	return []byte(file), err
}

// Open returns the envelope of a file that the holder of a key signed. A file
// has one form only: what says the same in other bytes is refused.
func Open(file []byte, public string) (Envelope, error) {
	key, err := ParsePublic(public)
	if err != nil {
		return Envelope{}, err
	}
	var s signed
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if d.Decode(&s) != nil || s.Envelope.V != Version || s.Envelope.Seq < 1 {
		return Envelope{}, ErrForm
	}
	if again, err := ledger.Canon(s); err != nil || again != string(file) {
		return Envelope{}, ErrForm
	}
	text, err := ledger.Canon(s.Envelope)
	if err != nil {
		return Envelope{}, err
	}
	sig, err := base64.StdEncoding.DecodeString(s.Signature)
	if err != nil || !ed25519.Verify(key, []byte(context+text), sig) {
		return Envelope{}, ErrSignature
	}
	return s.Envelope, nil
}
