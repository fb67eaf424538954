package notify_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mashang/platform/db"
	"mashang/platform/dbtest"
	"mashang/platform/egress"
	"mashang/platform/notify"
)

// browser is a browser that subscribed, and its maker's push service, as
// RFC 8030, 8291 and 8292 describe them.
type browser struct {
	*httptest.Server
	t      *testing.T
	key    *ecdh.PrivateKey
	auth   []byte
	answer http.HandlerFunc // after the message was read

	mu   sync.Mutex
	got  []map[string]string
	size []int
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, key: k, auth: make([]byte, 16)}
	_, _ = rand.Read(b.auth)
	b.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }
	b.Server = httptest.NewTLSServer(http.HandlerFunc(b.serve))
	t.Cleanup(b.Close)
	return b
}

// target is what the court keeps of the subscription.
func (b *browser) target() string {
	e := base64.RawURLEncoding
	s, _ := json.Marshal(notify.Subscription{Way: "w1", Endpoint: b.URL + "/send/abc", P256DH: e.EncodeToString(b.key.PublicKey().Bytes()), Auth: e.EncodeToString(b.auth)})
	return string(s)
}

func (b *browser) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = b.vapid(r.Header.Get("Authorization"))
	}
	var m map[string]string
	if err == nil {
		m, err = b.open(body)
	}
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/send/abc" || r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") != "86400" {
		b.t.Errorf("%s %s %v: %v", r.Method, r.URL, r.Header, err)
	}
	b.mu.Lock()
	b.got, b.size = append(b.got, m), append(b.size, len(body))
	answer := b.answer
	b.mu.Unlock()
	answer(w, r)
}

func (b *browser) answers(f http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = f
}

// open decrypts with the browser's private key (RFC 8291, section 3.4; one
// record of RFC 8188).
func (b *browser) open(body []byte) (m map[string]string, err error) {
	if len(body) < 86 || body[20] != 65 || int(binary.BigEndian.Uint32(body[16:20])) < len(body)-86 {
		return nil, errors.New("not one record of aes128gcm")
	}
	salt, sender := body[:16], body[21:86]
	pub, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(pub)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(sender)
	ikm, err1 := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	cek, err2 := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, err3 := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(cek)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, body[86:], nil)
	if err != nil {
		return nil, err
	}
	plain, ok := bytes.CutSuffix(bytes.TrimRight(plain, "\x00"), []byte{2})
	if !ok {
		return nil, errors.New("the record is not marked as the last")
	}
	return m, json.Unmarshal(plain, &m)
}

// vapid checks who the court says it is (RFC 8292).
func (b *browser) vapid(header string) error {
	token, key, ok := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 {
		return fmt.Errorf("authorization %q", header)
	}
	e := base64.RawURLEncoding
	raw, err1 := e.DecodeString(key)
	sig, err2 := e.DecodeString(parts[2])
	head, err3 := e.DecodeString(parts[0])
	said, err4 := e.DecodeString(parts[1])
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	if _, err := ecdh.P256().NewPublicKey(raw); err != nil || len(sig) != 64 || !strings.Contains(string(head), `"ES256"`) {
		return fmt.Errorf("key or signature: %v %s", err, head)
	}
	pub := ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(raw[1:33]), Y: new(big.Int).SetBytes(raw[33:])}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(&pub, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return errors.New("the signature is wrong")
	}
	var c struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(said, &c); err != nil {
		return err
	}
	if left := time.Until(time.Unix(c.Exp, 0)); c.Aud != b.URL || c.Sub != "mailto:it@court.example" || left <= 0 || left > 24*time.Hour {
		return fmt.Errorf("claims %s", said)
	}
	return nil
}

// gateway is the court's, which may here call this machine and trusts the
// service's certificate; wait is its patience.
func (b *browser) gateway(wait time.Duration) notify.WebPush {
	b.t.Helper()
	g, err := notify.NewWebPush(bytes.Repeat([]byte{7}, 32), "mailto:it@court.example")
	if err != nil {
		b.t.Fatal(err)
	}
	g.Client = egress.Reach{Loopback: true}.Client()
	g.Client.Timeout = wait
	roots := x509.NewCertPool()
	roots.AddCert(b.Certificate())
	tr, ok := g.Client.Transport.(*http.Transport)
	if !ok {
		b.t.Fatal("no transport")
	}
	tr.TLSClientConfig = b.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	tr.TLSClientConfig.RootCAs = roots
	return g
}

// bindings stands for what people bound: gone is what was ended.
type bindings struct {
	mu   sync.Mutex
	gone map[string]bool
}

func (b *bindings) Bound(_ *db.Tx, _, target string) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.gone[target], nil
}

func (b *bindings) Unbind(_ *db.Tx, _, target string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone[target] = true
	return nil
}

const rings = "您写给法官的话有答复了。"

// TestPush: what a browser is sent, only it can read, and it is from the court;
// whatever the push service answers, the message is sent once, later, or never.
func TestPush(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, end := newBrowser(t), &bindings{gone: map[string]bool{}}
		h := open(t, d, map[string]notify.Gateway{notify.Push: b.gateway(2 * time.Second)})
		h.n.Bound = end
		say := func(text string) notify.Message {
			t.Helper()
			h.c.Add(time.Hour)
			h.send(t, notify.Push, b.target(), text+"\n/casebook/1")
			return h.outbox(t)[0]
		}
		if m := say(rings); m.State != "handed" || m.Text != "" {
			t.Fatalf("%+v", m)
		}
		first := b.got[0]
		if first["text"] != rings || first["go"] != "/casebook/1" || len(first) != 3 {
			t.Errorf("the browser reads %v", first)
		}
		say("短")
		if b.size[0] != b.size[1] || b.size[0] > 4096 {
			t.Errorf("sizes tell messages apart: %v", b.size)
		}

		// Who asks for time gets it.
		b.answers(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "1800")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		m := say(rings)
		n := len(b.got)
		h.c.Add(29 * time.Minute)
		drain(t, h)
		if len(b.got) != n || m.State != "waiting" {
			t.Errorf("tried again after 29 minutes of 30: %+v", m)
		}
		b.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })
		h.c.Add(2 * time.Minute)
		drain(t, h)
		if len(b.got) != n+1 || b.got[n]["id"] != b.got[n-1]["id"] || h.outbox(t)[0].State != "handed" {
			t.Errorf("not sent when the time was over, or as another message")
		}

		for name, f := range map[string]http.HandlerFunc{
			"500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
			"redirect": func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			},
			"slow": func(_ http.ResponseWriter, r *http.Request) {
				select {
				case <-r.Context().Done():
				case <-time.After(5 * time.Second):
				}
			},
		} {
			b.answers(f)
			if m := say(rings); m.State != "waiting" || m.Text == "" {
				t.Errorf("%s: %+v", name, m)
			}
			b.answers(func(w http.ResponseWriter, _ *http.Request) { // 10 MB of thanks
				w.WriteHeader(http.StatusCreated)
				_, _ = w.Write(make([]byte, 10<<20))
			})
			h.c.Add(time.Hour)
			drain(t, h)
			if m := h.outbox(t)[0]; m.State != "handed" {
				t.Errorf("%s, and then it went well: %+v", name, m)
			}
		}
		for _, status := range []int{http.StatusNotFound, http.StatusGone} {
			b.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			if m := say(rings); m.State != "failed" || m.Text != "" || !end.gone[b.target()] {
				t.Errorf("%d: %+v", status, m)
			}
			n := len(b.got)
			if m := say(rings); m.State != "failed" || len(b.got) != n {
				t.Errorf("%d: what was ended still rings", status)
			}
			end.gone = map[string]bool{}
		}
	})
}

func drain(t *testing.T, h *house) {
	t.Helper()
	if err := h.q.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestPushStaysOutside: a browser's word for where its push service is leads
// to nothing inside.
func TestPushStaysOutside(t *testing.T) {
	b := newBrowser(t)
	g, err := notify.NewWebPush(bytes.Repeat([]byte{7}, 32), "mailto:it@court.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Send(t.Context(), notify.Message{ID: "1", Target: b.target(), Text: rings}); !errors.Is(err, egress.ErrForbidden) || !errors.Is(err, notify.ErrGone) {
		t.Errorf("a call to this machine: %v", err)
	}
	if len(b.got) != 0 {
		t.Error("this machine was called")
	}
	if _, err := notify.NewWebPush(make([]byte, 32), "mailto:x"); err == nil {
		t.Error("a key that is none was taken")
	}
}

// TestWeChat: the bridge is given what an SMS gateway is given, signed; its
// answer is read a little and not long; who left is ended.
func TestWeChat(t *testing.T) {
	const key = "shared"
	var mu sync.Mutex
	var seen []string
	answer := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id":"w1"}`) }
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var m map[string]string
		mu.Lock()
		f := answer
		if json.Unmarshal(body, &m) == nil {
			seen = append(seen, m["id"])
		}
		mu.Unlock()
		if r.Header.Get("X-Signature") != notify.Signature(key, body) { // as a bridge would
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if m["to"] != "o-jia" || m["text"] != rings || len(m) != 3 {
			t.Errorf("%s", body)
		}
		f(w, r)
	}))
	t.Cleanup(s.Close)
	set := func(f http.HandlerFunc) { mu.Lock(); answer = f; mu.Unlock() }
	client := &http.Client{Timeout: time.Second}
	for _, c := range []struct {
		name, key string
		f         http.HandlerFunc
		gone      bool
	}{
		{"wrong signature", "another", answer, false},
		{"slow", key, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, false},
		{"10 MB", key, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte(" "), 10<<20)) }, false},
		{"unfollowed", key, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, true},
	} {
		set(c.f)
		before := time.Now()
		_, err := notify.HTTPWeChat{URL: s.URL, Key: c.key, Client: client}.Send(context.WithoutCancel(t.Context()), notify.Message{ID: "1", Target: "o-jia", Text: rings})
		if err == nil || errors.Is(err, notify.ErrGone) != c.gone || time.Since(before) > 3*time.Second {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	set(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	h := open(t, dbtest.Open(t, dbtest.SQLite(t)), map[string]notify.Gateway{notify.WeChat: notify.HTTPWeChat{URL: s.URL, Key: key}})
	seen = nil
	h.send(t, notify.WeChat, "o-jia", rings)
	set(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id":"w1"}`) })
	h.c.Add(time.Hour)
	drain(t, h)
	if m := h.outbox(t)[0]; m.State != "handed" || m.Provider != "w1" || len(seen) != 2 || seen[0] != seen[1] {
		t.Fatalf("%+v %v: a second try must carry the same number", m, seen)
	}
}
