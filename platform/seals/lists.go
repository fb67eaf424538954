package seals

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"mashang/platform/clock"
)

const (
	mostList = 256 << 10 // of one list: it goes into every paper
	keptList = time.Hour
)

// Lists gets revocation lists from where certificates say that they are to be
// had, and keeps each for an hour.
type Lists struct {
	client *http.Client
	clock  clock.Clock

	mu   sync.Mutex
	kept map[string]list
}

type list struct {
	der   []byte
	err   error
	until time.Time
}

// NewLists returns an empty store of lists.
func NewLists(c clock.Clock) *Lists {
	return &Lists{client: client(), clock: c, kept: map[string]list{}}
}

// Of returns a list (DER) for each certificate of a chain that names one, those
// that can be had; err says what of the others. given are lists that came with
// the chain. A list counts only if one of the issuers signed it.
func (l *Lists) Of(ctx context.Context, chain, roots []*x509.Certificate, given [][]byte) (out [][]byte, err error) {
	issuers := slices.Concat(chain[1:], roots)
	take := func(der []byte) bool {
		r, e := x509.ParseRevocationList(der)
		if e != nil || len(der) > mostList {
			err = fmt.Errorf("seals: a list of %d bytes: %w", len(der), e)
			return false
		}
		if !slices.ContainsFunc(issuers, func(c *x509.Certificate) bool {
			return bytes.Equal(r.RawIssuer, c.RawSubject) && r.CheckSignatureFrom(c) == nil
		}) {
			err = fmt.Errorf("seals: no issuer of the chain signed the list of %s", r.Issuer)
			return false
		}
		if !slices.ContainsFunc(out, func(b []byte) bool { return bytes.Equal(b, der) }) {
			out = append(out, der)
		}
		return true
	}
	for _, der := range given {
		take(der)
	}
	for _, c := range chain {
		if slices.ContainsFunc(out, func(der []byte) bool {
			r, e := x509.ParseRevocationList(der)
			return e == nil && bytes.Equal(r.RawIssuer, c.RawIssuer)
		}) {
			continue
		}
		for _, at := range c.CRLDistributionPoints {
			if !strings.HasPrefix(at, "http://") && !strings.HasPrefix(at, "https://") {
				continue
			}
			der, e := l.get(ctx, at)
			if e != nil {
				err = e
			} else if take(der) {
				break
			}
		}
	}
	return out, err
}

// get fetches a list, or says again what came of it within the hour.
func (l *Lists) get(ctx context.Context, at string) ([]byte, error) {
	l.mu.Lock()
	k, ok := l.kept[at]
	l.mu.Unlock()
	if ok && l.clock.Now().Before(k.until) {
		return k.der, k.err
	}
	k = list{until: l.clock.Now().Add(keptList)}
	if k.der, k.err = l.fetch(ctx, at); k.err != nil {
		k.until = l.clock.Now().Add(rest)
	}
	l.mu.Lock()
	l.kept[at] = k
	l.mu.Unlock()
	return k.der, k.err
}

func (l *Lists) fetch(ctx context.Context, at string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	res, err := l.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, mostList+1))
	if err != nil || res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("seals: the list at %s: status %d: %w", at, res.StatusCode, err)
	}
	if p, _ := pem.Decode(b); p != nil {
		b = p.Bytes
	}
	return b, nil
}
