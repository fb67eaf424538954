package reach

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/law/cite"
	"mashang/law/identity"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

// Papers makes a paper for the file.
type Papers interface {
	Certify(tx *db.Tx, kind string, c docket.Case, p docket.Party, fields map[string]any) (paper.Paper, error)
}

// Accounts knows whether a person can sign in here, and what he bound.
type Accounts interface {
	Opens(tx *db.Tx, person string) (bool, error)
	// WeChat is the openid of the WeChat that a person bound; empty when he has none.
	WeChat(tx *db.Tx, person string) (string, error)
}

// Book does what the package doc says.
type Book struct {
	k        *app.Kit
	papers   Papers
	accounts Accounts
}

// New returns the book of addresses.
func New(k *app.Kit, p Papers, a Accounts) *Book { return &Book{k, p, a} }

// Address is where a party may be reached in one way, as known from At on.
type Address struct {
	ID       string           `db:"id" json:"id"`
	Case     string           `db:"case_id" json:"-"`
	Party    string           `db:"party_id" json:"party"`
	Kind     string           `db:"kind" json:"kind"` // post, or an electronic way
	Value    string           `db:"value" json:"value"`
	Standing service.Standing `db:"standing" json:"standing"`
	ShownBy  string           `db:"shown_by" json:"shown_by"`
	Scan     string           `db:"scan" json:"-"`
	Actor    string           `db:"actor_id" json:"-"`
	At       time.Time        `db:"at" json:"at"`
	Ended    time.Time        `db:"ended_at" json:"ended"`
}

// Consent is whether a party agrees to electronic service, and how it shows.
type Consent struct {
	ID      string         `db:"id" json:"id"`
	Case    string         `db:"case_id" json:"-"`
	Party   string         `db:"party_id" json:"party"`
	Ground  service.Ground `db:"ground" json:"ground"`
	Refused bool           `db:"refused" json:"refused"`
	ShownBy string         `db:"shown_by" json:"shown_by"`
	Scan    string         `db:"scan" json:"-"`
	Actor   string         `db:"actor_id" json:"-"`
	At      time.Time      `db:"at" json:"at"`
	Ended   time.Time      `db:"ended_at" json:"ended"`
}

// Law is what the statute asks about it.
func (c Consent) Law() service.Consent { return service.Consent{Ground: c.Ground, Refused: c.Refused} }

const (
	addressCols = `id, case_id, party_id, kind, value, standing, shown_by, scan, actor_id, at, ended_at`
	consentCols = `id, case_id, party_id, ground, refused, shown_by, scan, actor_id, at, ended_at`
	sealAddress = "delivery.address"
	sealShown   = "delivery.shown" // who writes it may name people
)

// Addresses returns every version, newest first, opened.
func (s *Book) Addresses(tx *db.Tx, party string) ([]Address, error) {
	as, err := db.List[Address](tx, `SELECT `+addressCols+` FROM delivery_address WHERE party_id = ? ORDER BY at DESC, id DESC`, party)
	for i := range as {
		if err == nil {
			as[i].Value, err = s.k.Vault.Open(sealAddress, as[i].Value)
		}
		if err == nil {
			as[i].ShownBy, err = s.k.Vault.Open(sealShown, as[i].ShownBy)
		}
	}
	return as, err
}

// Consents returns every version of what he said about electronic service, newest
// first, opened.
func (s *Book) Consents(tx *db.Tx, party string) ([]Consent, error) {
	cs, err := db.List[Consent](tx, `SELECT `+consentCols+` FROM delivery_consent WHERE party_id = ? ORDER BY at DESC, id DESC`, party)
	for i := range cs {
		if err == nil {
			cs[i].ShownBy, err = s.k.Vault.Open(sealShown, cs[i].ShownBy)
		}
	}
	return cs, err
}

// What else a confirmation of address says stands beside the addresses.
const (
	receiver = "receiver" // 指定代收人
	secret   = "secret"   // he asked that the others are not told
)

// Receiver is who receives for him, with what he is to him; empty when he named
// nobody.
func (k Known) Receiver() string {
	name, _, _ := strings.Cut(k.By[receiver].Value, "；")
	return name
}

// Known is all that the file says today of how to reach a party.
type Known struct {
	By      map[string]Address // by kind
	Consent Consent
}

// Reach is what is known of a party, with what bars it: a telephone or mailbox that
// somebody on another side has as well is only alleged, whoever confirmed it.
func (s *Book) Reach(tx *db.Tx, p docket.Party) (Known, error) {
	k, err := s.said(tx, p)
	if err != nil {
		return k, err
	}
	theirs, err := s.theirs(tx, p)
	if err != nil {
		return k, err
	}
	for _, way := range []service.Way{service.SMS, service.Email} {
		if a := k.By[string(way)]; theirs(a) {
			a.Standing = service.Alleged
			k.By[a.Kind] = a
		}
	}
	return k, nil
}

// said gathers what is known of a party. A telephone that stands in the filing
// and that nobody confirmed is only alleged; an account in which he proved who he
// is is surely his, though he may not have named it, and so is the WeChat that he
// bound there. One that he confirmed and bound no more is no address of his any
// longer.
func (s *Book) said(tx *db.Tx, p docket.Party) (Known, error) {
	k := Known{By: map[string]Address{}}
	as, err := s.Addresses(tx, p.ID)
	if err != nil {
		return k, err
	}
	for _, a := range as {
		if a.Ended.IsZero() {
			k.By[a.Kind] = a
		}
	}
	if _, ok := k.By[string(service.SMS)]; !ok && p.Phone != "" {
		phone, err := s.k.Vault.Open("party.phone", p.Phone)
		if err != nil {
			return k, err
		}
		if phone != "" {
			k.By[string(service.SMS)] = Address{Party: p.ID, Kind: string(service.SMS), Value: phone, Standing: service.Alleged, ShownBy: "起诉材料"}
		}
	}
	if _, ok := k.By[string(service.InApp)]; !ok {
		has, err := s.accounts.Opens(tx, p.Person)
		if err != nil {
			return k, err
		}
		if has {
			k.By[string(service.InApp)] = Address{Party: p.ID, Kind: string(service.InApp), Standing: service.Sure, ShownBy: "实名认证的账号"}
		}
	}
	bound, err := s.wechat(tx, p)
	if err != nil {
		return k, err
	}
	wechat := string(service.WeChat)
	if a, ok := k.By[wechat]; ok && a.Value != bound {
		delete(k.By, wechat)
	}
	if _, ok := k.By[wechat]; !ok && bound != "" {
		k.By[wechat] = Address{Party: p.ID, Kind: wechat, Value: bound, Standing: service.Sure, ShownBy: "实名认证的账号绑定的"}
	}
	cs, err := s.Consents(tx, p.ID)
	if len(cs) > 0 && cs[0].Ended.IsZero() {
		k.Consent = cs[0]
	}
	return k, err
}

// wechat is the openid of the WeChat that a party bound; empty when he has none,
// or one that somebody on another side bound as well: what is sent to the other
// side does not reach him.
//
// law:法院专递规定(2004)/7 但代收人是同一案件中另一方当事人的除外。
func (s *Book) wechat(tx *db.Tx, p docket.Party) (string, error) {
	bound, err := s.accounts.WeChat(tx, p.Person)
	if err != nil || bound == "" {
		return "", err
	}
	others, err := across(tx, p)
	for _, person := range others {
		theirs, err := s.accounts.WeChat(tx, person)
		if err != nil || theirs == bound {
			return "", err
		}
	}
	return bound, err
}

// confirmCmd is what a confirmation of address says, filled in by the party
// himself. An empty address leaves what is known; so does an empty consent.
type confirmCmd struct {
	Post       string `json:"post"`
	SMS        string `json:"sms"`
	Email      string `json:"email"`
	InApp      bool   `json:"inapp"`
	WeChat     bool   `json:"wechat"`
	Receiver   string `json:"receiver"`    // who receives for him, and what he is to him
	ReceiverAt string `json:"receiver_at"` // where that one is
	NoReceiver bool   `json:"no_receiver"` // nobody does any more
	Secret     string `json:"secret"`      // yes, no: the others are not told his addresses
	Consent    string `json:"consent"`     // agree, refuse
}

// addressCmd is one that the court enters, with where it has it from.
type addressCmd struct {
	confirmCmd
	Ground   service.Ground   `json:"ground"`
	Standing service.Standing `json:"standing"`
	ShownBy  string           `json:"shown_by"`
}

// check says what is wrong with it, the addresses first.
func (c *addressCmd) check() error {
	var bad fault.List
	for _, f := range []struct {
		name string
		v    *string
	}{{"post", &c.Post}, {"email", &c.Email}, {"receiver", &c.Receiver}, {"receiver_at", &c.ReceiverAt}, {"shown_by", &c.ShownBy}} {
		*f.v = strings.Join(strings.Fields(*f.v), " ") // one line, on an envelope too
		bad.Most(fault.Line, f.name, *f.v)
	}
	if c.SMS = identity.Normalise(c.SMS); c.SMS != "" && !identity.ValidPhone(c.SMS) {
		bad.Add("sms", "手机号不对，请再看一遍，应是 11 位数字。")
	}
	if m, err := mail.ParseAddress(c.Email); c.Email != "" && (err != nil || m.Address != c.Email) {
		bad.Add("email", "电子邮箱写得不对，应像 name@example.cn。")
	}
	switch c.Consent {
	case "", "refuse":
	case "agree":
		if c.Ground.Basis() == nil {
			bad.Add("ground", "请选他是怎么同意的。")
		}
	default:
		bad.Add("consent", "请选同意还是不同意电子送达。")
	}
	if c.Receiver != "" && c.ReceiverAt == "" {
		bad.Add("receiver_at", "请填代收人的地址和电话。")
	}
	if c.Receiver == "" && c.ReceiverAt != "" {
		bad.Add("receiver", "请填代收人姓名、和本人的关系。")
	}
	if c.Receiver != "" && c.NoReceiver {
		bad.Add("receiver", "填了代收人，又说不要代收人。请只选一样。")
	}
	if c.Secret != "" && c.Secret != "yes" && c.Secret != "no" {
		bad.Add("secret", "请选要不要对地址保密。")
	}
	switch c.Standing {
	case service.Confirmed, service.Sure, service.Alleged:
	default:
		bad.Add("standing", "请选这些地址是谁给的。")
	}
	if c.ShownBy == "" {
		bad.Add("shown_by", "请写从哪份材料看出来，比如送达地址确认书。")
	}
	if c.Post+c.SMS+c.Email+c.Consent+c.Receiver+c.Secret == "" && !c.InApp && !c.WeChat && !c.NoReceiver {
		bad.Add("post", "还没有填。请填至少一个地址，或者选同意还是不同意。")
	}
	return bad.Err()
}

// confirmed keeps what a signed confirmation of address says, entered by the
// court (民诉法解释 136).
func (s *Book) confirmed(ctx context.Context, caseID, partyID string, c addressCmd, files []web.Attachment) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "address", access.Of("service", caseID), tx.Now()); err != nil {
			return err
		}
		return s.keep(tx, caseID, partyID, c, files)
	})
}

// confirm keeps what a party says himself: it is confirmed, and his consent is
// stated.
func (s *Book) confirm(ctx context.Context, caseID string, said confirmCmd) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		a, now := auth.From(ctx), tx.Now()
		if _, err := access.May(tx, a, "confirm", access.Of("service", caseID), now); err != nil {
			return err
		}
		me, _, err := access.PartyOf(tx, a.Person, caseID, now)
		if err != nil {
			return err
		}
		c := addressCmd{confirmCmd: said, Standing: service.Confirmed, ShownBy: "本人在网上确认"}
		if c.Consent == "agree" {
			c.Ground = service.Stated
		}
		if err := s.keep(tx, caseID, me.ID, c, nil); err != nil {
			return err
		}
		return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "delivery.confirmation", Body: confirmationJob{me.ID, Minute(now)}})
	})
}

func (s *Book) keep(tx *db.Tx, caseID, partyID string, c addressCmd, files []web.Attachment) error {
	if err := c.check(); err != nil {
		return err
	}
	p, err := docket.PartyOf(tx, partyID)
	if err != nil || p.Case != caseID {
		return fault.OrMissing(err)
	}
	opposed, err := Opponent(tx, c.Receiver, p)
	if opposed {
		err = &fault.Error{Kind: fault.Invalid, Field: "receiver", Show: "代收人不能是对方当事人，也不能是对方的代理人。请写别人。", Basis: cite.Basis{service.Express(7)}.String()}
	}
	if err != nil {
		return err
	}
	scan := ""
	if len(files) > 0 {
		scan = files[0].Digest
	}
	shown, now, actor := s.k.Vault.Seal(sealShown, c.ShownBy), tx.Now(), app.Actor(tx.Context())
	body := map[string]any{"party": p.ID, "standing": string(c.Standing), "scan": scan}
	private := map[string]string{"shown_by": c.ShownBy}
	said, err := s.written(tx, p, c)
	if err != nil {
		return err
	}
	for kind, value := range said {
		if err := s.put(tx, Address{ID: id.New(), Case: caseID, Party: p.ID, Kind: kind, Value: value, Standing: c.Standing, ShownBy: shown, Scan: scan, Actor: actor, At: now}); err != nil {
			return err
		}
		body[kind] = value != "" || kind == string(service.InApp)
		if value != "" && kind != string(service.WeChat) { // an openid says nothing to anybody
			private[kind] = value
		}
	}
	if c.Secret != "" {
		if err := docket.HideParty(tx, p.ID, c.Secret == "yes"); err != nil {
			return err
		}
	}
	if c.Consent != "" {
		if _, err := tx.Exec(`UPDATE delivery_consent SET ended_at = ? WHERE party_id = ? AND ended_at = 0`, now, p.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO delivery_consent (`+consentCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
			id.New(), caseID, p.ID, c.Ground, c.Consent == "refuse", shown, scan, actor, now); err != nil {
			return err
		}
		body["consent"], body["ground"] = c.Consent, string(c.Ground)
	}
	return s.Record(tx, "delivery.address", p, body, private)
}

// written are the addresses that stand in it, by kind. WeChat has no number that
// anybody could write down: what he bound is his address.
func (s *Book) written(tx *db.Tx, p docket.Party, c addressCmd) (map[string]string, error) {
	out := map[string]string{}
	for kind, value := range map[string]string{"post": c.Post, string(service.SMS): c.SMS, string(service.Email): c.Email} {
		if value != "" {
			out[kind] = value
		}
	}
	if c.InApp {
		out[string(service.InApp)] = ""
	}
	if c.Receiver != "" || c.NoReceiver {
		out[receiver] = ""
	}
	if c.Receiver != "" {
		out[receiver] = c.Receiver + "；" + c.ReceiverAt
	}
	if c.Secret != "" {
		out[secret] = map[bool]string{true: "要求", false: ""}[c.Secret == "yes"]
	}
	if !c.WeChat {
		return out, nil
	}
	bound, err := s.wechat(tx, p)
	if err == nil && bound == "" {
		err = fault.Field("wechat", "还没有绑定自己的微信。要本人登录以后，先在“我的账号”里绑定；对方也绑定的微信不算。")
	}
	out[string(service.WeChat)] = bound
	return out, err
}

// put keeps one address instead of the one of its kind; of who receives for him,
// and of secrecy, what is empty only ends what was.
func (s *Book) put(tx *db.Tx, a Address) error {
	if _, err := tx.Exec(`UPDATE delivery_address SET ended_at = ? WHERE party_id = ? AND kind = ? AND ended_at = 0`, a.At, a.Party, a.Kind); err != nil {
		return err
	}
	if a.Value == "" && (a.Kind == receiver || a.Kind == secret) {
		return nil
	}
	_, err := tx.Exec(`INSERT INTO delivery_address (`+addressCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		a.ID, a.Case, a.Party, a.Kind, s.k.Vault.Seal(sealAddress, a.Value), a.Standing, a.ShownBy, a.Scan, a.Actor, a.At)
	return err
}

// Record writes the one entry of an act about a party.
func (s *Book) Record(tx *db.Tx, kind string, p docket.Party, body map[string]any, private map[string]string) error {
	c, err := docket.CaseOf(tx, p.Case)
	if err != nil {
		return err
	}
	_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Court: c.Court, Case: p.Case, Actor: app.Actor(tx.Context()), Holders: []string{p.Person}, Body: body, Private: private})
	return err
}

// About reads a party and his case.
func About(tx *db.Tx, party string) (docket.Party, docket.Case, error) {
	p, err := docket.PartyOf(tx, party)
	if err != nil {
		return p, docket.Case{}, err
	}
	c, err := docket.CaseOf(tx, p.Case)
	return p, c, err
}

// Minute is an instant as a paper names it.
func Minute(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") }

// ToHim turns what is said of a party into what is said to him.
var ToHim = strings.NewReplacer("其他", "其他", "他", "您")
