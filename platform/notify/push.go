package notify

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"mashang/platform/egress"
	"mashang/platform/fault"
	"mashang/platform/jobs"
)

// Subscription is a browser that lets the court ring, as the browser describes
// itself; as JSON it is the target of a message of the channel Push.
type Subscription struct {
	Way      string `json:"way"`      // the court's own number for it
	Endpoint string `json:"endpoint"` // of the browser maker's push service
	P256DH   string `json:"p256dh"`   // the browser's public key
	Auth     string `json:"auth"`     // and a secret, for encrypting to it (RFC 8291)
}

// WebPush is a gateway to browsers (RFC 8030). A push service in between sees
// when somebody is told something, and not a word of it.
type WebPush struct {
	public, secret string // by which push services know the court (RFC 8292)
	contact        string
	Client         *http.Client
}

// NewWebPush returns the gateway of a court with a secret of 32 bytes. contact
// (mailto: or https:) is told to push services, should something go wrong.
func NewWebPush(secret []byte, contact string) (WebPush, error) {
	k, err := ecdh.P256().NewPrivateKey(secret)
	if err != nil {
		return WebPush{}, fmt.Errorf("notify: the key for web push: %w", err)
	}
	return WebPush{
		public: base64.RawURLEncoding.EncodeToString(k.PublicKey().Bytes()), secret: base64.RawURLEncoding.EncodeToString(secret),
		contact: strings.TrimPrefix(contact, "mailto:"), Client: egress.Reach{}.Client(), // an address that a browser gave
	}, nil
}

// Public is the key that a browser is told when it subscribes.
func (g WebPush) Public() string { return g.public }

// ttl is how long a push service keeps a message for a phone that is off.
const ttl = 24 * time.Hour

// Send encrypts {id, text, go} to a browser. The text of the message is one
// line that is shown, and one with the path of the page that a tap opens.
func (g WebPush) Send(ctx context.Context, m Message) (Report, error) {
	var s Subscription
	if err := json.Unmarshal([]byte(m.Target), &s); err != nil {
		return Report{}, err
	}
	text, path, _ := strings.Cut(m.Text, "\n")
	body, err := json.Marshal(map[string]string{"id": m.ID, "text": text, "go": path})
	if err != nil {
		return Report{}, err
	}
	to := &webpush.Subscription{Endpoint: s.Endpoint, Keys: webpush.Keys{Auth: s.Auth, P256dh: s.P256DH}}
	res, err := webpush.SendNotificationWithContext(ctx, body, to, &webpush.Options{HTTPClient: g.Client, Subscriber: g.contact,
		TTL: int(ttl.Seconds()), Urgency: webpush.UrgencyNormal, VAPIDPublicKey: g.public, VAPIDPrivateKey: g.secret})
	switch {
	case errors.Is(err, egress.ErrForbidden): // no browser maker's service is in there
		return Report{}, fmt.Errorf("%w: %w", ErrGone, err)
	case err != nil:
		return Report{}, fault.Wrap(fault.Unavailable, "推送服务没有回应。", err)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, mostReply)) // whatever it says, the status counts
	switch {
	case res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusGone:
		return Report{}, ErrGone
	case res.StatusCode/100 == 2:
		return Report{State: Handed}, nil
	}
	wait, _ := strconv.Atoi(res.Header.Get("Retry-After"))
	return Report{}, jobs.Later{After: time.Duration(wait) * time.Second, Err: fmt.Errorf("notify: push service answered %d", res.StatusCode)}
}
