package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	neturl "net/url"
	"time"

	"mashang/platform/fault"
)

// HTTPSMS is a gateway that takes signed JSON over https.
type HTTPSMS struct {
	URL, Key string
	Client   *http.Client
}

// Send posts {id, to, text}, signed with HMAC-SHA256 over the body.
func (g HTTPSMS) Send(ctx context.Context, m Message) (Report, error) {
	r, _, err := post(ctx, g.Client, g.URL, g.Key, "短信网关", m)
	return r, err
}

// Ask gets ?id= of the same address, the id signed, and reads {state, said}:
// none, handed, delivered or failed. Any other answer is none at all.
func (g HTTPSMS) Ask(ctx context.Context, m Message) (Report, error) {
	return ask(ctx, g.Client, g.URL, g.Key, "短信网关", m)
}

// receipt is what a gateway says of a message, asked or by itself.
type receipt struct {
	ID    string `json:"id"` // ours
	State string `json:"state"`
	Said  string `json:"said"`
}

func (a receipt) report(asked bool) (Report, error) {
	switch {
	case a.State == "none" && asked:
		return Report{State: Waiting}, nil
	case a.State == Handed, a.State == Delivered, a.State == Failed:
		return Report{State: a.State, Said: a.Said}, nil
	}
	return Report{}, fault.Field("state", "state 写 handed、delivered 或者 failed。")
}

// Told reads {id, state, said} that the gateway sent by itself, signed like
// what it is sent. Sent again it changes nothing, so it needs no time in it.
func (g HTTPSMS) Told(body []byte, signature string) (string, Report, error) {
	return heard(g.Key, body, signature)
}

// HTTPWeChat is the court's own bridge to WeChat: it takes the same signed JSON
// as an SMS gateway, is asked the same way and tells the same; to is the openid
// of a person who bound his WeChat.
type HTTPWeChat struct {
	URL, Key string
	Client   *http.Client
}

// Send posts {id, to, text}. A person who no longer follows the court is gone.
func (g HTTPWeChat) Send(ctx context.Context, m Message) (Report, error) {
	r, status, err := post(ctx, g.Client, g.URL, g.Key, "微信网关", m)
	if status == http.StatusNotFound || status == http.StatusGone {
		err = ErrGone
	}
	return r, err
}

// Ask is the same question as that to an SMS gateway.
func (g HTTPWeChat) Ask(ctx context.Context, m Message) (Report, error) {
	return ask(ctx, g.Client, g.URL, g.Key, "微信网关", m)
}

// Told reads what the bridge sent by itself, as from an SMS gateway.
func (g HTTPWeChat) Told(body []byte, signature string) (string, Report, error) {
	return heard(g.Key, body, signature)
}

// ask asks a gateway what became of a message.
func ask(ctx context.Context, c *http.Client, url, key, who string, m Message) (Report, error) {
	u, err := neturl.Parse(url)
	if err != nil {
		return Report{}, err
	}
	q := u.Query()
	q.Set("id", m.ID)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Report{}, err
	}
	req.Header.Set("X-Signature", Signature(key, []byte(m.ID)))
	res, err := client(c).Do(req)
	if err != nil {
		return Report{}, fault.Wrap(fault.Unavailable, who+"没有回应。", err)
	}
	defer func() { _ = res.Body.Close() }()
	var a receipt
	if err := json.NewDecoder(io.LimitReader(res.Body, mostReply)).Decode(&a); err != nil || res.StatusCode != http.StatusOK {
		return Report{}, fmt.Errorf("notify: gateway answered a question with %d: %w", res.StatusCode, err)
	}
	return a.report(true)
}

// heard reads what a gateway sent by itself, if it was it.
func heard(key string, body []byte, signature string) (string, Report, error) {
	if key == "" || !hmac.Equal([]byte(Signature(key, body)), []byte(signature)) {
		return "", Report{}, errSignature
	}
	var a receipt
	if err := json.Unmarshal(body, &a); err != nil || a.ID == "" {
		return "", Report{}, fault.New(fault.Invalid, "要写成 JSON：id、state、said。")
	}
	r, err := a.report(false)
	return a.ID, r, err
}

// Signature is how a gateway and the court prove to each other who wrote a
// body: hexadecimal HMAC-SHA256 over it, in the header X-Signature.
func Signature(key string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// client is what calls a gateway.
func client(c *http.Client) *http.Client {
	if c != nil {
		return c
	}
	return &http.Client{Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// post sends a message as signed JSON and returns what the carrier says. A line
// that broke after the request was on its way, a server that broke over it, and
// an answer that nobody can read leave it unknown.
func post(ctx context.Context, c *http.Client, url, key, who string, m Message) (r Report, status int, err error) {
	body, err := json.Marshal(map[string]string{"id": m.ID, "to": m.Target, "text": m.Text})
	if err != nil {
		return r, 0, err
	}
	begun := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { begun = true }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return r, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature", Signature(key, body))
	res, err := client(c).Do(req)
	var u *neturl.Error
	if errors.As(err, &u) { // the address may hold a secret, and what failed is kept
		err = u.Err
	}
	if err != nil {
		if begun {
			err = fmt.Errorf("%w: %w", ErrUnknown, err)
		}
		return r, 0, fault.Wrap(fault.Unavailable, who+"没有回应。", err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		ID   string `json:"id"`
		Said string `json:"said"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, mostReply)).Decode(&answer)
	if why := verdict(res.StatusCode, err); why != nil {
		return r, res.StatusCode, fault.Wrap(fault.Unavailable, who+"没有接受。", why)
	}
	return Report{State: Handed, Provider: answer.ID, Said: answer.Said}, res.StatusCode, nil
}

// verdict is what an answer means for the message: taken, not taken, never to
// be taken, or nobody knows.
func verdict(status int, unreadable error) error {
	says := fmt.Errorf("gateway answered %d", status)
	switch {
	case status/100 == 2 && unreadable == nil:
		return nil
	case status/100 == 2:
		return fmt.Errorf("%w: %w, %w", ErrUnknown, says, unreadable)
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge, status == http.StatusUnprocessableEntity:
		return fmt.Errorf("%w: %w", ErrRefused, says)
	case status/100 == 5 && status != http.StatusServiceUnavailable:
		return fmt.Errorf("%w: %w", ErrUnknown, says)
	}
	return fmt.Errorf("notify: %w", says)
}

// mostReply is how much of a carrier's answer is read.
const mostReply = 64 << 10
