package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

const timeFormat = "2006-01-02T15:04:05.000Z"

// leaf is the hashed content of an entry. Field names are in alphabetical
// order, as the canonical encoding demands.
type leaf struct {
	Actor   string            `json:"actor"`
	At      string            `json:"at"`
	Body    map[string]any    `json:"body"`
	Case    string            `json:"case"`
	Cause   string            `json:"cause"`
	Court   string            `json:"court"`
	Digests map[string]string `json:"digests"`
	ID      string            `json:"id"`
	Kind    string            `json:"kind"`
	Links   []string          `json:"links"`
	Title   string            `json:"title"`
	V       int               `json:"v"`
}

func (l leaf) encode() (string, error) {
	if l.Body == nil {
		l.Body = map[string]any{}
	}
	for name, v := range l.Body {
		switch v.(type) {
		case string, bool, int, int64:
		default:
			return "", fmt.Errorf("ledger: body %q of %s is a %T; only strings, integers and booleans", name, l.Kind, v)
		}
	}
	return Canon(l)
}

// Canon is the one encoding: JSON in UTF-8, keys sorted, no blanks, nothing
// escaped that need not be, integers only (a subset of RFC 8785).
func Canon(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("ledger: %w", err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// LeafHash is the RFC 6962 hash of a leaf's text.
func LeafHash(text string) tlog.Hash { return tlog.RecordHash([]byte(text)) }

func sum(parts ...string) string {
	h := sha256.New()
	for _, p := range parts { // lengths keep ("ab","c") and ("a","bc") apart
		_, _ = fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Tag names a person within one case without saying who it is.
func Tag(person, caseID string) string { return sum("mashang tag v1", person, caseID)[:32] }

// Digest is what a leaf keeps of a private value.
func Digest(salt, name, value string) string { return sum("mashang digest v1", salt, name, value) }

// Commit hides a place in a holder's chain until its salt is shown.
func Commit(salt, tag string, n int64, prev string) string {
	return sum("mashang link v1", salt, tag, strconv.FormatInt(n, 10), prev)
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
