package sign

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net/http"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// Stamper proves when a digest (SHA-256) was there.
type Stamper interface {
	Stamp(ctx context.Context, digest []byte) (token []byte, err error)
}

// Service is a time-stamp service that is reached over HTTP (RFC 3161, 3.4).
type Service struct {
	URL    string
	Client *http.Client        // its timeout is the caller's to set
	Roots  []*x509.Certificate // those whose stamps are taken; nil: whether it is believed is asked later
}

// largestReply bounds what a service may send.
const largestReply = 64 << 10

// Stamp asks the service. A reply to another question, of another digest or
// with a signature that does not hold is an error.
func (s *Service) Stamp(ctx context.Context, digest []byte) ([]byte, error) {
	random := make([]byte, 16)
	rand.Read(random)
	nonce := new(big.Int).SetBytes(random)
	ask, err := request(digest, nonce)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(ask))
	if err != nil {
		return nil, fmt.Errorf("sign: time stamp: %w", err)
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	res, err := s.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("sign: time stamp: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	reply, err := io.ReadAll(io.LimitReader(res.Body, largestReply+1))
	if err != nil {
		return nil, fmt.Errorf("sign: time stamp: %w", err)
	}
	if res.StatusCode != http.StatusOK || len(reply) > largestReply {
		return nil, fmt.Errorf("sign: time stamp: status %d, %d bytes", res.StatusCode, len(reply))
	}
	der, err := granted(reply)
	if err != nil {
		return nil, err
	}
	t, err := stampOf(der, digest)
	if err != nil {
		return nil, err
	}
	if t.nonce == nil || t.nonce.Cmp(nonce) != 0 {
		return nil, fmt.Errorf("%w: it answers another question", errToken)
	}
	if s.Roots != nil && !(&circle{Trust: Trust{Stamps: s.Roots}}).believes(t, t.time) {
		return nil, fmt.Errorf("%w: whoever made it is not trusted", errToken)
	}
	return der, nil
}

// request is a TimeStampReq that asks for the certificate too.
func request(digest []byte, nonce *big.Int) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(digests[1].der)
			b.AddASN1OctetString(digest)
		})
		b.AddASN1BigInt(nonce)
		b.AddASN1Boolean(true)
	})
	return b.Bytes()
}

// granted takes the token out of a TimeStampResp.
func granted(reply []byte) ([]byte, error) {
	in := cryptobyte.String(reply)
	var resp, status, der cryptobyte.String
	var code int64
	if !in.ReadASN1(&resp, tag.SEQUENCE) || !in.Empty() || !resp.ReadASN1(&status, tag.SEQUENCE) || !status.ReadASN1Integer(&code) {
		return nil, errToken
	}
	if code > 1 {
		return nil, fmt.Errorf("sign: the time-stamp service refuses: status %d", code)
	}
	if !resp.ReadASN1Element(&der, tag.SEQUENCE) || !resp.Empty() {
		return nil, errToken
	}
	return der, nil
}

// stampOf reads a token and checks that it is of digest.
func stampOf(der, digest []byte) (*token, error) {
	t, err := parseToken(der)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(t.digest, digest) {
		return nil, fmt.Errorf("%w: it is of another digest", errToken)
	}
	return t, nil
}
