package persons

import (
	"bytes"
	"context"
	"crypto/subtle"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"mashang/platform/fault"
)

// The four questions as JSON over HTTP: POST /begin, /issue, /stamp, and
// /roots. Whoever asks shows the key that both were given.
type (
	beginAsk struct {
		Name   string   `json:"name"`
		Phone  string   `json:"phone"`
		Papers [][]byte `json:"papers"`
	}
	beginSay struct {
		Check string `json:"check"`
	}
	issueAsk struct {
		Check string `json:"check"`
		Code  string `json:"code"`
		CSR   []byte `json:"csr"`
	}
	issueSay struct {
		Chains [][][]byte `json:"chains"`
	}
	rootsSay struct {
		Roots [][]byte `json:"roots"`
	}
	stamp struct {
		Digest []byte `json:"digest,omitempty"`
		Token  []byte `json:"token,omitempty"`
	}
	refusal struct {
		Kind  string `json:"kind"`
		Field string `json:"field,omitempty"`
		Show  string `json:"show"`
	}
)

const mostBody = 1 << 20

// Handler serves the authority to who has the key.
func (t *Test) Handler(key string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /begin", serve(key, func(ctx context.Context, q beginAsk) (beginSay, error) {
		papers := make([][32]byte, 0, len(q.Papers))
		for _, p := range q.Papers {
			if len(p) != 32 {
				return beginSay{}, fault.New(fault.Invalid, "不是文书的摘要。")
			}
			papers = append(papers, [32]byte(p))
		}
		check, err := t.Begin(ctx, q.Name, q.Phone, papers)
		return beginSay{check}, err
	}))
	mux.HandleFunc("POST /issue", serve(key, func(ctx context.Context, q issueAsk) (out issueSay, err error) {
		chains, err := t.Issue(ctx, q.Check, q.Code, q.CSR)
		for _, c := range chains {
			out.Chains = append(out.Chains, raw(c))
		}
		return out, err
	}))
	mux.HandleFunc("POST /roots", serve(key, func(ctx context.Context, _ struct{}) (rootsSay, error) {
		roots, err := t.Roots(ctx)
		return rootsSay{raw(roots)}, err
	}))
	mux.HandleFunc("POST /stamp", serve(key, func(ctx context.Context, q stamp) (stamp, error) {
		if len(q.Digest) != 32 {
			return stamp{}, fault.New(fault.Invalid, "不是摘要。")
		}
		token, err := t.Stamp(ctx, q.Digest)
		return stamp{Token: token}, err
	}))
	return mux
}

func raw(list []*x509.Certificate) (out [][]byte) {
	for _, c := range list {
		out = append(out, c.Raw)
	}
	return out
}

func serve[Q, A any](key string, do func(context.Context, Q) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if key == "" || subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+key)) != 1 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var q Q
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBody)).Decode(&q); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		a, err := do(r.Context(), q)
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			no := refusal{Kind: string(fault.Unavailable), Show: "签名证书的机构现在办不了，请过几分钟再试。"}
			var f *fault.Error
			if errors.As(err, &f) {
				no = refusal{string(f.Kind), f.Field, f.Show}
			}
			w.WriteHeader(http.StatusUnprocessableEntity)
			_ = json.NewEncoder(w).Encode(no) // who asked has gone
			return
		}
		_ = json.NewEncoder(w).Encode(a)
	}
}

// Remote is an authority that is served somewhere else.
type Remote struct {
	url, key string
	client   *http.Client
}

// NewRemote returns the authority at an address, for who has its key. Over the
// network it is https: the key and people's numbers go along.
func NewRemote(address, key string) (*Remote, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if h := u.Hostname(); u.Scheme != "https" && (u.Scheme != "http" || h != "localhost" && h != "127.0.0.1" && h != "::1") {
		return nil, fmt.Errorf("persons: %s is not an https address", address)
	}
	return &Remote{u.String(), key, &http.Client{Timeout: 15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

func (r *Remote) ask(ctx context.Context, what string, q, a any) error {
	down := func(err error) error {
		return fault.Wrap(fault.Unavailable, "签名证书的机构现在连不上，请过几分钟再试。", err)
	}
	b, err := json.Marshal(q)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+what, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+r.key)
	res, err := r.client.Do(req)
	if err != nil {
		return down(err)
	}
	defer func() { _ = res.Body.Close() }()
	body := json.NewDecoder(io.LimitReader(res.Body, 4*mostBody))
	switch res.StatusCode {
	case http.StatusOK:
		if err := body.Decode(a); err != nil {
			return down(err)
		}
		return nil
	case http.StatusUnprocessableEntity:
		var no refusal
		if err := body.Decode(&no); err != nil || no.Show == "" {
			return down(err)
		}
		f := fault.New(fault.Kind(no.Kind), no.Show)
		f.Field = no.Field
		return f
	}
	return down(fmt.Errorf("persons: %s answers %d", what, res.StatusCode))
}

// Begin sends a code to a phone and returns the name of the check.
func (r *Remote) Begin(ctx context.Context, name, phone string, papers [][32]byte) (string, error) {
	q := beginAsk{Name: name, Phone: phone}
	for _, p := range papers {
		q.Papers = append(q.Papers, p[:])
	}
	var a beginSay
	err := r.ask(ctx, "/begin", q, &a)
	return a.Check, err
}

// Issue answers the right code with a certificate for each paper.
func (r *Remote) Issue(ctx context.Context, check, code string, csr []byte) (out [][]*x509.Certificate, err error) {
	var a issueSay
	if err := r.ask(ctx, "/issue", issueAsk{check, code, csr}, &a); err != nil {
		return nil, err
	}
	for _, c := range a.Chains {
		chain, err := parsed(c)
		if err != nil {
			return nil, err
		}
		out = append(out, chain)
	}
	return out, nil
}

// Roots are whom one has to believe in order to believe the certificates.
func (r *Remote) Roots(ctx context.Context) ([]*x509.Certificate, error) {
	var a rootsSay
	if err := r.ask(ctx, "/roots", struct{}{}, &a); err != nil {
		return nil, err
	}
	return parsed(a.Roots)
}

// Stamp proves when a digest was there.
func (r *Remote) Stamp(ctx context.Context, digest []byte) ([]byte, error) {
	var a stamp
	err := r.ask(ctx, "/stamp", stamp{Digest: digest}, &a)
	return a.Token, err
}

func parsed(list [][]byte) (out []*x509.Certificate, err error) {
	for _, der := range list {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
