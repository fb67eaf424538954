package signing

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/sign"
)

// mostTogether is how many papers may be signed with one code.
const mostTogether = 20

// sits is how long a sitting lasts: a little less than its certificates.
const sits = 8 * time.Minute

// beginCmd asks for a code in order to sign papers.
type beginCmd struct {
	Rounds []string `json:"rounds"`
}

type begun struct {
	Check string `json:"check"`
	Tail  string `json:"tail"` // of the number that the code goes to
}

// begin has the authority send its code to the phone of the actor.
func (s *Service) begin(ctx context.Context, c beginCmd) (out begun, err error) {
	if len(c.Rounds) == 0 || len(c.Rounds) > mostTogether {
		return out, fault.Field("rounds", fmt.Sprintf("请勾选要签的文书，一次最多 %d 份。", mostTogether))
	}
	a := auth.From(ctx)
	var name, phone string
	var papers [][32]byte
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		for _, key := range c.Rounds {
			r, v, _, err := s.mine(tx, key)
			if err != nil {
				return err
			}
			if name != "" && name != v.Name {
				return fault.Field("rounds", "这几份要用不同的名字签，请分开签。")
			}
			name = v.Name
			first, err := digest(r.First)
			if err != nil {
				return err
			}
			papers = append(papers, first)
		}
		phone, err = s.accounts.PhoneOf(tx, a.Person, a.Staff)
		return err
	})
	if err == nil && s.persons == nil {
		err = fault.New(fault.Unavailable, "现在不能在网上签，请到法院窗口签。")
	}
	if err == nil {
		err = s.keepPersons(ctx)
	}
	if err == nil {
		out.Check, err = s.persons.Begin(ctx, name, phone, papers)
		out.Tail = phone[max(0, len(phone)-4):]
	}
	return out, err
}

func digest(hexed string) (out [32]byte, err error) {
	b, err := hex.DecodeString(hexed)
	if err != nil || len(b) != 32 {
		return out, errors.New("signing: no digest")
	}
	return [32]byte(b), nil
}

// certifyCmd answers the authority's code, with the key that the browser made.
type certifyCmd struct {
	Rounds  []string `json:"rounds"`
	Check   string   `json:"check"`
	Code    string   `json:"code"`
	CSR     string   `json:"csr"`     // DER in base64
	Strokes string   `json:"strokes"` // JSON
}

// prepared is what the browser has to sign: the file with a hole, and the
// attributes that hold its digest.
type prepared struct {
	Round string `json:"round"`
	Base  string `json:"base"` // the file under it
	PDF   string `json:"pdf"`  // base64, as TBS
	From  int    `json:"from"` // the hole
	To    int    `json:"to"`
	TBS   string `json:"tbs"`
}

type certified struct {
	Sitting string     `json:"sitting"`
	Papers  []prepared `json:"papers"`
}

// certify gets a certificate for each paper and prepares the papers.
func (s *Service) certify(ctx context.Context, c certifyCmd) (out certified, err error) {
	if len(c.Rounds) == 0 || len(c.Rounds) > mostTogether {
		return out, fault.Field("rounds", "请勾选要签的文书。")
	}
	csr, err := base64.StdEncoding.DecodeString(c.CSR)
	if err != nil {
		return out, fault.Field("csr", "浏览器做的签名请求读不懂，请换一个浏览器。")
	}
	var drawn strokes
	if c.Strokes != "" {
		if err := json.Unmarshal([]byte(c.Strokes), &drawn); err != nil {
			return out, fault.Field("strokes", "字没有收到，请重写。")
		}
	}
	if err := drawn.check(); err != nil {
		return out, err
	}
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		for _, key := range c.Rounds {
			if _, _, _, err := s.mine(tx, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	if s.persons == nil {
		return out, fault.New(fault.Unavailable, "现在不能在网上签，请到法院窗口签。")
	}
	chains, err := s.persons.Issue(ctx, c.Check, c.Code, csr)
	if err != nil {
		return out, err
	}
	if len(chains) != len(c.Rounds) {
		return out, fault.Field("rounds", "要签的文书变了，请重新要一次验证码。")
	}
	now := s.k.Now()
	v := sitting{ID: id.Secret(), Person: auth.From(ctx).Person, At: now, Until: now.Add(sits)}
	v.Rounds.V = c.Rounds
	for _, chain := range chains {
		v.Chains.V = append(v.Chains.V, certificates(chain))
	}
	text, err := json.Marshal(drawn)
	if err != nil {
		return out, err
	}
	v.Strokes = s.k.Vault.Seal("signing.strokes", string(text))
	err = s.k.Note(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`DELETE FROM signing_sitting WHERE until_at <= ?`, now); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO signing_sitting (`+sittingCols+`) VALUES (?, ?, ?, ?, ?, ?, ?)`, v.ID, v.Person, v.Rounds, v.Chains, v.Strokes, v.At, v.Until)
		return err
	})
	if err != nil {
		return out, err
	}
	out.Sitting = v.ID
	for _, key := range c.Rounds {
		_, item, err := s.prepare(ctx, v.ID, key)
		if err != nil {
			return out, err
		}
		out.Papers = append(out.Papers, item)
	}
	return out, nil
}

// prepare makes the file that a person of a sitting signs, over the file as it
// is now. The same sitting over the same file prepares to the same bytes.
func (s *Service) prepare(ctx context.Context, key, roundID string) (p *sign.Prepared, out prepared, err error) {
	var r round
	var v slot
	var chain []*x509.Certificate
	var f sign.Field
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		sit, drawn, err := s.sittingOf(tx, key)
		if err != nil {
			return err
		}
		if r, v, _, err = s.mine(tx, roundID); err != nil {
			return err
		}
		n := slices.Index(sit.Rounds.V, roundID)
		if n < 0 || len(v.Box.V) != 4 {
			return fault.Missing()
		}
		if chain, err = parseCertificates([]byte(sit.Chains.V[n])); err != nil {
			return err
		}
		if chain[0].Subject.CommonName != v.Name { // somebody else's code, or he signs for two
			return fault.New(fault.Conflict, "这里要用“"+v.Name+"”的名字签。请重新要一次验证码。")
		}
		ct, err := docket.CourtOf(tx, r.Court)
		box := [4]float64(v.Box.V)
		f = sign.Field{Name: fmt.Sprintf("签名%d", v.Ord+1), Page: v.Page, Rect: box, Appearance: drawn.appearance(box[2]-box[0], box[3]-box[1], sit.At),
			Reason: "签名", Place: ct.Short, At: sit.At.UTC().Truncate(time.Second), Certify: r.Digest == r.First}
		return err
	})
	if err != nil {
		return nil, out, err
	}
	file, err := blob.ReadAll(ctx, s.k.Blob, r.Digest)
	if err != nil {
		return nil, out, fault.Wrap(fault.Unavailable, "文书的文件读不出来，已经报告系统管理员。", err)
	}
	if p, err = sign.Prepare(file, f, chain); err != nil {
		return nil, out, err
	}
	from, to := p.Hole()
	return p, prepared{Round: roundID, Base: r.Digest, PDF: base64.StdEncoding.EncodeToString(p.PDF), From: from, To: to, TBS: base64.StdEncoding.EncodeToString(p.ToBeSigned)}, nil
}

// signCmd is a signature as the browser made it: r and s, in base64.
type signCmd struct {
	Sitting   string `json:"sitting"`
	Round     string `json:"round"`
	Base      string `json:"base"`
	Signature string `json:"signature"`
}

// signedOut says what came of it. Somebody else may have signed in between: then
// the browser signs what is in Again, and asks nobody.
type signedOut struct {
	Done  bool      `json:"done"`
	Left  int       `json:"left"` // who has still to sign
	Again *prepared `json:"again,omitempty"`
}

// sign puts a signature into the paper. It is checked as anybody would check it
// before it is kept.
func (s *Service) sign(ctx context.Context, c signCmd) (out signedOut, err error) {
	p, now, err := s.prepare(ctx, c.Sitting, c.Round)
	if err != nil {
		return out, err
	}
	if now.Base != c.Base {
		return signedOut{Again: &now}, nil
	}
	raw, err := base64.StdEncoding.DecodeString(c.Signature)
	if err != nil {
		return out, fault.Field("signature", "签名没有收到，请再签一次。")
	}
	der, err := sign.FromRaw(raw)
	if err != nil {
		return out, fault.Wrap(fault.Invalid, "签名没有收到，请再签一次。", err)
	}
	file, err := p.Complete(ctx, der, s.persons)
	switch {
	case errors.Is(err, sign.ErrExpired):
		return out, fault.New(fault.Conflict, "时间太久，证书过期了。请重新要一次验证码。")
	case errors.Is(err, sign.ErrSignature):
		return out, fault.Wrap(fault.Invalid, "签名和文书对不上，没有收下。请再签一次。", err)
	case err != nil:
		return out, err
	}
	trust, _, err := s.trust(ctx)
	if err != nil {
		return out, err
	}
	report, err := sign.Verify(file, trust, s.k.Now())
	if err != nil || report.Verdict != sign.Genuine {
		return out, fault.Wrap(fault.Conflict, "签名核对不过，没有收下。请打电话告诉本案书记员。", fmt.Errorf("signing: %s %v %w", report.Verdict, report.Signatures, errors.Join(err)))
	}
	last := report.Signatures[len(report.Signatures)-1]
	kept, _, err := s.k.Blob.Put(ctx, bytes.NewReader(file))
	if err != nil {
		return out, err
	}
	stale := errors.New("somebody signed in between")
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		r, v, _, err := s.mine(tx, c.Round)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE signing_round SET digest = ? WHERE id = ? AND state = 'open' AND digest = ?`, kept, r.ID, c.Base)
		if err == nil && n == 0 {
			err = stale
		}
		if err != nil {
			return err
		}
		covers := fmt.Sprintf("%x", p.Digest)
		if err := db.Must1(tx.Exec(`UPDATE signing_slot SET state = 'signed', serial = ?, signed = ?, at = ? WHERE id = ? AND state = 'waiting'`, last.Certificate.SerialNumber.String(), covers, tx.Now(), v.ID)); err != nil {
			return err
		}
		if out.Left, err = s.settle(tx, r, v.Step); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "signing.signed", Court: r.Court, Case: r.Case, Actor: app.Actor(ctx), Holders: holder(v),
			Body: map[string]any{"round": r.ID, "paper": r.Paper, "slot": v.ID, "certificate": last.Certificate.SerialNumber.String(), "covers": covers, "file": kept, "left": out.Left}})
		return err
	})
	if errors.Is(err, stale) {
		_, again, err := s.prepare(ctx, c.Sitting, c.Round)
		return signedOut{Again: &again}, err
	}
	out.Done = err == nil
	return out, err
}

// holder is who of a party's side may hold the entry of his own act.
func holder(v slot) []string {
	if v.Party == "" {
		return nil
	}
	return []string{v.Person}
}

// reasonCmd says why.
type reasonCmd struct {
	Slot   string `json:"slot"` // of which signature, where the clerk writes it down
	Reason string `json:"reason"`
}

func (c reasonCmd) check() error {
	var bad fault.List
	if len([]rune(c.Reason)) < 2 {
		bad.Add("reason", "请写明原因。")
	}
	bad.Most(fault.Text, "reason", c.Reason)
	return bad.Err()
}

// decline ends a round: one would not sign, and everybody concerned is told.
func (s *Service) decline(ctx context.Context, roundID string, c reasonCmd) error {
	if err := c.check(); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		r, v, vs, err := s.mine(tx, roundID)
		if err != nil {
			return err
		}
		if err := s.give(tx, v, declined, c.Reason); err != nil {
			return err
		}
		if err := s.end(tx, r, declined, v.As+v.Name+"不签："+c.Reason); err != nil {
			return err
		}
		if err := s.tellAll(tx, r, vs, "有人没有签，这份文书这次不签了，法院会再联系您。"); err != nil {
			return err
		}
		return s.append(tx, "signing.declined", r, v, vs, c.Reason)
	})
}

// give ends a slot without a signature.
func (s *Service) give(tx *db.Tx, v slot, state, why string) error {
	return db.Must1(tx.Exec(`UPDATE signing_slot SET state = ?, cause = ?, at = ? WHERE id = ? AND state = 'waiting'`, state, s.k.Vault.Seal("signing.reason", why), tx.Now(), v.ID))
}

func (s *Service) tellAll(tx *db.Tx, r round, vs []slot, says string) error {
	told := map[string]bool{}
	for _, x := range vs {
		if told[x.Person] {
			continue
		}
		told[x.Person] = true
		if err := s.tell(tx, r, x, says); err != nil {
			return err
		}
	}
	return nil
}

// append records an act about a round; those who sign it hold the entry, and
// its reason is for them.
func (s *Service) append(tx *db.Tx, kind string, r round, v slot, vs []slot, why string) error {
	var holders []string
	for _, x := range vs {
		if x.Party != "" && !slices.Contains(holders, x.Person) {
			holders = append(holders, x.Person)
		}
	}
	_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Court: r.Court, Case: r.Case, Actor: app.Actor(tx.Context()), Holders: holders,
		Body: map[string]any{"round": r.ID, "paper": r.Paper, "slot": v.ID}, Private: map[string]string{"reason": why}})
	return err
}

// desk reads a round for an act of the court's people, and holds it: who signs
// meanwhile is counted before or after, never past.
func (s *Service) desk(tx *db.Tx, verb, roundID string) (r round, vs []slot, err error) {
	if r, err = roundOf(tx, roundID); err != nil {
		return r, nil, err
	}
	if _, err = access.May(tx, auth.From(tx.Context()), verb, access.Of("signing", r.Case), tx.Now()); err != nil {
		return r, nil, err
	}
	if _, err = tx.Exec(`UPDATE signing_round SET digest = digest WHERE id = ?`, roundID); err != nil {
		return r, nil, err
	}
	if r, err = roundOf(tx, roundID); err != nil {
		return r, nil, err
	}
	if r.State != open {
		return r, nil, fault.New(fault.Conflict, "这一次签名已经结束了。")
	}
	vs, err = slotsOf(tx, r.ID)
	return r, vs, err
}

// refuse writes down that one of those present would not sign a record, and
// why; the others sign on. Of the court itself nobody can refuse: without judge
// and clerk it is no record.
//
// law:民事诉讼法(2023)/150 拒绝签名盖章的，记明情况附卷。
func (s *Service) refuse(ctx context.Context, roundID string, c reasonCmd) error {
	if err := c.check(); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		r, vs, err := s.desk(tx, "refuse", roundID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(vs, func(v slot) bool { return v.ID == c.Slot && v.State == waiting && v.Party != "" })
		if i < 0 {
			return fault.Field("slot", "请选谁不签。")
		}
		v := vs[i]
		if !r.Record {
			return fault.Law(fault.Conflict, "只有笔录可以记明当事人拒绝签名。别的文书要本人签。", "民事诉讼法第一百五十条")
		}
		if err := s.give(tx, v, refused, c.Reason); err != nil {
			return err
		}
		if _, err := s.settle(tx, r, v.Step); err != nil {
			return err
		}
		return s.append(tx, "signing.refused", r, v, vs, c.Reason)
	})
}

// cancel ends a round that the court does not want any more.
func (s *Service) cancel(ctx context.Context, roundID string, c reasonCmd) error {
	if err := c.check(); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		r, vs, err := s.desk(tx, "cancel", roundID)
		if err != nil {
			return err
		}
		if err := s.end(tx, r, cancelled, c.Reason); err != nil {
			return err
		}
		if err := s.tellAll(tx, r, vs, "法院收回了一份等签名的文书，现在不用签了。"); err != nil {
			return err
		}
		return s.append(tx, "signing.cancelled", r, slot{}, vs, c.Reason)
	})
}

// remind tells those whose turn it is that one day is left.
func (s *Service) remind(ctx context.Context, j *jobs.Job) error {
	return done(ctx, j, s, func(tx *db.Tx, r round) error {
		return s.tellNext(tx, r, "有一份文书等您签名，还剩一天。请登录本院网站签，不签的也请写明原因。")
	})
}

// expire ends a round whose days are over.
func (s *Service) expire(ctx context.Context, j *jobs.Job) error {
	return done(ctx, j, s, func(tx *db.Tx, r round) error {
		vs, err := slotsOf(tx, r.ID)
		if err != nil {
			return err
		}
		if err := s.end(tx, r, expired, "签名的日子过了，还有人没有签。"); err != nil {
			return err
		}
		if err := s.tellAll(tx, r, vs, "签名的日子过了，这份文书这次不签了，法院会再联系您。"); err != nil {
			return err
		}
		return s.append(tx, "signing.expired", r, slot{}, vs, "")
	})
}
