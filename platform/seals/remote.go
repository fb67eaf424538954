package seals

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"mashang/platform/clock"
)

const (
	wait      = 10 * time.Second // for one answer
	fresh     = time.Minute      // how long a chain is taken for the one of now
	mostReply = 8 << 20          // revocation lists are long
)

// Remote asks a signing service. After a failure it leaves the service alone for
// a while, so that what waits for it holds up nobody else.
type Remote struct {
	url, secret string
	client      *http.Client
	clock       clock.Clock
	pause       *pause

	mu     sync.Mutex
	chains map[Key]known
}

type known struct {
	chain Chain
	until time.Time
}

// NewRemote returns the keys at an address, for who has its secret. Over the
// network it is https.
func NewRemote(address, secret string, c clock.Clock) (*Remote, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if h := u.Hostname(); u.Scheme != "https" && (u.Scheme != "http" || h != "localhost" && h != "127.0.0.1" && h != "::1") {
		return nil, fmt.Errorf("seals: %s is not an https address", u.Redacted())
	}
	return &Remote{url: strings.TrimSuffix(u.String(), "/"), secret: secret, clock: c, pause: &pause{clock: c}, chains: map[Key]known{}, client: client()}, nil
}

func client() *http.Client {
	return &http.Client{Timeout: wait, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Chain is the certificate of a key with what belongs to it.
func (r *Remote) Chain(ctx context.Context, k Key) (Chain, error) {
	r.mu.Lock()
	c, ok := r.chains[k]
	r.mu.Unlock()
	if ok && r.clock.Now().Before(c.until) {
		return c.chain, nil
	}
	var out Chain
	q := url.Values{"label": {k.Label}, "algorithm": {string(k.Algorithm)}}
	if err := r.ask(ctx, http.MethodGet, "/chain?"+q.Encode(), nil, &out); err != nil {
		return out, err
	}
	r.mu.Lock()
	r.chains[k] = known{out, r.clock.Now().Add(fresh)}
	r.mu.Unlock()
	return out, nil
}

// Sign has a digest signed.
func (r *Remote) Sign(ctx context.Context, k Key, digest []byte) ([]byte, error) {
	b, err := json.Marshal(signAsk{k.Label, k.Algorithm, digest})
	if err != nil {
		return nil, err
	}
	var out signSay
	err = r.ask(ctx, http.MethodPost, "/sign", b, &out)
	return out.Signature, err
}

const notReached = "签章服务现在连不上。"

func (r *Remote) ask(ctx context.Context, method, what string, body []byte, a any) error {
	if why := r.pause.on(); why != nil {
		return down(notReached, why)
	}
	status, reply, err := r.call(ctx, method, what, body)
	switch {
	case err != nil || status >= 500:
		err = errors.Join(err, fmt.Errorf("seals: %s answers %d", method, status))
		r.pause.after(ctx, err)
		return down(notReached, err)
	case status == http.StatusNotFound:
		return down("签章服务里没有这个印章的密钥。", ErrNoKey)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return down("签章服务不认本院的口令。", fmt.Errorf("seals: %s answers %d", method, status))
	case status != http.StatusOK:
		return down("签章服务答的看不懂。", fmt.Errorf("seals: %s answers %d", method, status))
	}
	if err := json.Unmarshal(reply, a); err != nil {
		return down("签章服务答的看不懂。", err)
	}
	return nil
}

func (r *Remote) call(ctx context.Context, method, what string, body []byte) (status int, reply []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, r.url+what, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+r.secret)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := r.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	reply, err = io.ReadAll(io.LimitReader(res.Body, mostReply))
	return res.StatusCode, reply, err
}
