package connect

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mashang/platform/egress"
	"mashang/platform/fault"
)

// scope is one thing that a system may be allowed.
type scope struct{ Key, Title, Sub string }

// scopes in the order of the page. The keys are verbs of the table, too.
var scopes = []scope{
	{"put", "交案件", "把案件交给本院，同一案号再交就是更新"},
	{"read", "取消息", "自己来取本院案件的进展"},
	{"send", "送消息", "把别的消息送给本院"},
}

// told are the facts that outsiders may hear, with the words for them. What
// people think of the court, and who opened which case when, is not told.
var told = []struct{ Fact, Title string }{
	{"case_accepted", "立案"}, {"case_imported", "案件转入或更新"}, {"case_withdrawn", "转入的案件撤回"}, {"party_joined", "当事人加入"}, {"party_left", "当事人退出"}, {"judge_changed", "承办法官变更"},
	{"limit_moved", "审限变更"}, {"case_closed", "结案"}, {"case_appealed", "上诉或申请再审"}, {"case_moved", "案件转庭"},
	{"paper_issued", "文书作出"}, {"service_effective", "送达生效"},
}

// kept are the fields of facts that leave: ids of things and dates. Ids of
// people stay.
var kept = []string{"case", "on", "way", "kind", "why", "division", "paper", "party", "rule", "new"}

// typeOf is the type of the event that a fact becomes: case.accepted.
func typeOf(fact string) string { return strings.Replace(fact, "_", ".", 1) }

const (
	typePut       = "case.put"       // the one type of theirs that is carried out
	typeWithdrawn = "case.withdrawn" // the last that is told of a case, which is sealed by then
)

// What a system may be for, at most, before someone looks again.
const mostYears = 3

// skew is how far the clock of a webhook's sender may be from ours.
const skew = 5 * time.Minute

// settle is how old an event is when it can be fetched: what is younger may
// still be overtaken by one that began before it.
const settle = 5 * time.Second

// keep is how long what was delivered, and what was received, is kept.
const keep = 90 * 24 * time.Hour

// event is a CloudEvent 1.0 in its structured JSON form.
type event struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject,omitempty"`
	Time        string          `json:"time,omitempty"`
	ContentType string          `json:"datacontenttype,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
}

// mediaEvent is the media type of an event.
const mediaEvent = "application/cloudevents+json"

// parseEvent reads what another system sent. Attributes that we do not know are
// its own affair.
func parseEvent(b []byte) (event, error) {
	var e event
	if !utf8.Valid(b) || json.Unmarshal(b, &e) != nil {
		return e, fault.Field("event", "消息不是完整的 JSON。请按 CloudEvents 1.0 的格式重发。")
	}
	var bad fault.List
	if e.SpecVersion != "1.0" {
		bad.Add("specversion", "specversion 要写 1.0。")
	}
	for _, f := range []struct{ name, value string }{{"id", e.ID}, {"source", e.Source}, {"type", e.Type}} {
		if f.value == "" || len(f.value) > 200 || strings.ContainsFunc(f.value, func(r rune) bool { return r < ' ' }) {
			bad.Add(f.name, "%s 要写，不超过 200 个字节。", f.name)
		}
	}
	return e, bad.Err()
}

// key is what makes an event one event (CloudEvents 1.0, 3.1.1: source and id).
func (e event) key() string { return digest(e.Source + "\n" + e.ID) }

func digest(s string) string {
	h := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// Headers of a signed webhook (Standard Webhooks).
const (
	headerID   = "Webhook-Id"
	headerTime = "Webhook-Timestamp"
	headerSign = "Webhook-Signature"
)

// secretStart marks a signing secret; the rest is its bytes in base64.
const secretStart = "whsec_"

// signature is the HMAC-SHA256 over id, time and body.
func signature(secret, id, at string, body []byte) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretStart))
	if err != nil {
		key = []byte(secret) // never one of ours
	}
	m := hmac.New(sha256.New, key)
	_, _ = m.Write([]byte(id + "." + at + "."))
	_, _ = m.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// sign adds the headers of a webhook.
func sign(h http.Header, secret, id string, now time.Time, body []byte) {
	at := strconv.FormatInt(now.Unix(), 10)
	h.Set(headerID, id)
	h.Set(headerTime, at)
	h.Set(headerSign, signature(secret, id, at, body))
}

var (
	errSign  = fault.New(fault.SignIn, "签名对不上，没有收下。请核对对接系统的编号和验真口令（签名密钥）。")
	errClock = fault.New(fault.SignIn, "发送的时间和本院的钟差得太多，没有收下：网址送来的最多差五分钟。请校准时钟后重发。")
)

// checkSign holds the headers against the secret. The time is judged only when
// the signature is right. What waited in a queue may be old, but not so old
// that we have forgotten whether it came before.
func checkSign(h http.Header, secret string, now time.Time, queued bool, body []byte) error {
	id, at := h.Get(headerID), h.Get(headerTime)
	want := signature(secret, id, at, body)
	right := slices.ContainsFunc(strings.Fields(h.Get(headerSign)), func(s string) bool { return hmac.Equal([]byte(s), []byte(want)) })
	if id == "" || secret == "" || !right {
		return errSign
	}
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return errSign
	}
	most := skew
	if queued { // as long as we know what we have taken
		most = keep - skew
	}
	if late := now.Sub(time.Unix(n, 0)); late > most || late < -skew {
		return errClock
	}
	return nil
}

// checkURL says what is wrong with the address of a webhook.
func checkURL(s string, intranet, demo bool) error {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(s) > 500 {
		return fault.Field("url", "请写完整的网址，例如 https://lian.example.gov.cn/events，里面不带账号。")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return fault.Field("url", "网址里的端口不对，是 1 到 65535 的数。")
		}
	}
	local := demo && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return fault.Field("url", "网址要以 https:// 开头。")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !(egress.Reach{Intranet: intranet, Loopback: demo}).Allows(a) {
		return fault.Field("url", "这个地址不能送。是法院内网的，请勾选“内网地址”；本机和链路地址一律不送。")
	}
	return nil
}
