package persons

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"crypto/x509"
	"fmt"
	"math/big"
	"sync"
	"time"

	"mashang/platform/clock"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/sign"
)

// What a check of identity is worth.
const (
	life       = 5 * time.Minute
	tries      = 5
	mostPapers = 20
	mostOpen   = 10000 // checks at once; more is an attack on the memory
)

// Sender brings a code to a phone.
type Sender func(ctx context.Context, phone, text string) error

// Test is the authority for tests and demonstrations.
type Test struct {
	authority *sign.Authority
	clock     clock.Clock
	send      Sender

	mu     sync.Mutex
	checks map[string]*check
}

// check is one look whether somebody is who he says.
type check struct {
	name   string
	papers [][32]byte
	code   string
	until  time.Time
	tries  int
	csr    []byte // to whom it was issued
	chains [][]*x509.Certificate
}

// NewTest makes an authority with new keys, which nobody has.
func NewTest(c clock.Clock, send Sender) (*Test, error) {
	a, err := sign.NewAuthority(c.Now())
	return &Test{authority: a, clock: c, send: send, checks: map[string]*check{}}, err
}

// Begin sends a code to a phone and returns the name of the check.
func (t *Test) Begin(ctx context.Context, name, phone string, papers [][32]byte) (string, error) {
	if name == "" || phone == "" || len(papers) == 0 {
		return "", fault.New(fault.Conflict, "没有您的手机号，发不了验证码。请带身份证到法院窗口签。")
	}
	if len(papers) > mostPapers {
		return "", fault.New(fault.Conflict, fmt.Sprintf("一次最多签 %d 份，请分几次签。", mostPapers))
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1e6))
	if err != nil {
		return "", err
	}
	now := t.clock.Now()
	c := &check{name: name, papers: papers, code: fmt.Sprintf("%06d", n), until: now.Add(life)}
	key := id.Secret()
	t.mu.Lock()
	for k, old := range t.checks {
		if now.After(old.until.Add(life)) {
			delete(t.checks, k)
		}
	}
	full := len(t.checks) >= mostOpen
	if !full {
		t.checks[key] = c
	}
	t.mu.Unlock()
	if full {
		return "", fault.New(fault.Unavailable, "要验证码的人太多，请过几分钟再试。")
	}
	return key, t.send(ctx, phone, fmt.Sprintf("【签名证书·测试】您正在给 %d 份法院文书签名，验证码 %s，5 分钟内有效。签名和您亲笔签的一样算数，不是您要签的，不要告诉任何人。", len(papers), c.code))
}

// errCode is the one answer to every wrong, late or used code.
var errCode = fault.Field("code", "验证码不对或者过期了。请看清短信里的 6 位数字；没收到，就重新要一次。")

// Issue answers the right code with a certificate for each paper, for the key
// of a PKCS #10 request. The same request is answered the same once more: an
// answer may get lost.
func (t *Test) Issue(_ context.Context, key, code string, csr []byte) ([][]*x509.Certificate, error) {
	pub, err := sign.RequestedKey(csr)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "浏览器做的签名请求读不懂，请换一个浏览器。", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now, c := t.clock.Now(), t.checks[key]
	if c == nil || now.After(c.until) || c.tries >= tries {
		return nil, errCode
	}
	c.tries++
	if subtle.ConstantTimeCompare([]byte(c.code), []byte(code)) != 1 || c.chains != nil && !bytes.Equal(c.csr, csr) {
		return nil, errCode
	}
	if c.chains == nil {
		for _, p := range c.papers {
			chain, err := t.authority.OneTime(c.name, pub, p[:], now)
			if err != nil {
				return nil, err
			}
			c.chains = append(c.chains, chain)
		}
		c.csr = csr
	}
	return c.chains, nil
}

// Roots are whom one has to believe in order to believe the certificates.
func (t *Test) Roots(context.Context) ([]*x509.Certificate, error) {
	return t.authority.Certificates()[:1], nil
}

// Stamp proves when a digest was there.
func (t *Test) Stamp(ctx context.Context, digest []byte) ([]byte, error) {
	return t.authority.Stamper(t.clock).Stamp(ctx, digest)
}
