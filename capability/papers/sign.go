package papers

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"mashang/capability/papers/effect"
	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/docket/fact"
	"mashang/docket/paper"
	"mashang/law/service"
	"mashang/platform/app"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/pdf"
	"mashang/platform/sign"
)

// Rounds is what papers asks of signing: the seal of a court over all bytes of
// a paper, and before it the signatures of people.
type Rounds interface {
	// show has the seal shown on the page.
	Seal(ctx context.Context, court string, pdf []byte, pages int, reason string, show func(docket.Seal, *sign.Field) error) ([]byte, error)
	// Seals reports whether it can: whether anybody holds seals for this court.
	Seals() bool
	// Sealed goes on when a sealed paper is issued; Proven reports whether its
	// file has got its second proof.
	Sealed(tx *db.Tx, p paper.Paper, digest string) error
	Proven(tx *db.Tx, digest string) (bool, error)
	// Ready reports whether all these can sign on their phones.
	Ready(tx *db.Tx, who []paper.Signer) (bool, error)
	// Open lets them sign a drawn paper.
	Open(tx *db.Tx, p paper.Paper, record bool, html string, who []paper.Signer, where []pdf.Place) error
	// File is the digest of the file that all have signed, Why the reason for
	// which not all did.
	File(tx *db.Tx, paperID string) (string, error)
	Why(tx *db.Tx, paperID string) (string, error)
	// Signed reports whether all who should signed it on their phones.
	Signed(tx *db.Tx, paperID string) (bool, error)
	// Last is when the last of them signed it.
	Last(tx *db.Tx, paperID string) (time.Time, error)
	// Unanimous reports whether nobody refused to sign it.
	// Short reports whether not all have signed who should: it is no paper.
	Short(tx *db.Tx, paperID string) (bool, error)
	Unanimous(tx *db.Tx, paperID string) (bool, error)
}

// What the values of a paper say of its signers and of the draft that it was.
const (
	signersValue = "_signers"
	draftValue   = "_draft"
	servesValue  = "_serves" // of a return: the paper whose receipt is signed on it

	replacesValue = "_replaces" // the paper whose place it takes once it is issued
	provesValue   = "_proves"   // of a certificate of effect: the paper that binds
)

// signers are those who sign a paper of a kind, in the order of the law: those
// who were there, then who heard the case, then who wrote it down (民事诉讼法 100,
// 150, 155, 157). present are the parties and agents that the clerk ticked.
func (s *Service) signers(tx *db.Tx, c docket.Case, k kinds.Kind, p docket.Party, present []string) (out []paper.Signer, err error) {
	people := kinds.Signs[k.Sign].People
	if people == "" {
		return nil, nil
	}
	step := 1
	if people != "bench" {
		if people == "party" && k.To == "party" {
			present = []string{p.ID}
		}
		if out, err = s.beside(tx, c, present, step); err != nil {
			return nil, err
		}
		step++
	}
	if people != "party" {
		bench, err := s.bench(tx, c, step)
		if err != nil {
			return nil, err
		}
		if people == "reader" { // who heard the case has nothing to do with who reads its file
			bench = slices.DeleteFunc(bench, func(x paper.Signer) bool { return x.As != docket.SeatNames["clerk"] })
		}
		out = append(out, bench...)
	}
	ready, err := s.rounds.Ready(tx, out)
	if !ready {
		out = nil // they sign on paper
	}
	return out, err
}

// beside are the parties and agents who were ticked.
func (s *Service) beside(tx *db.Tx, c docket.Case, present []string, step int) (out []paper.Signer, err error) {
	ps, err := docket.Parties(tx, c.ID)
	if err != nil {
		return nil, err
	}
	as, err := docket.Agents(tx, c.ID, tx.Now())
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		if p.Left.IsZero() && slices.Contains(present, p.ID) {
			x := paper.Signer{Step: step, Person: p.Person, Party: p.ID, Name: p.Name, As: roleName(c.Type, p.Role)}
			if p.Kind == "org" && p.RepName != "" {
				x.Name, x.As = p.RepName, x.As+p.Name+"法定代表人"
			}
			out = append(out, x)
		}
		for _, a := range as {
			if a.Party == p.ID && slices.Contains(present, a.ID) {
				out = append(out, paper.Signer{Step: step, Person: a.Person, Party: p.ID, Name: a.Name, As: roleName(c.Type, p.Role) + "代理人"})
			}
		}
	}
	return out, nil
}

// bench are those who heard the case, and after them who wrote it down.
func (s *Service) bench(tx *db.Tx, c docket.Case, step int) (out []paper.Signer, err error) {
	seats, err := docket.Seats(tx, c.ID, tx.Now())
	if err != nil {
		return nil, err
	}
	var clerks []paper.Signer
	for _, x := range seats {
		who := paper.Signer{Step: step, Person: x.Person, Name: x.Name, As: docket.SeatNames[x.Seat]}
		switch x.Seat {
		case "assistant":
		case "clerk":
			who.Step++
			clerks = append(clerks, who)
		default:
			out = append(out, who)
		}
	}
	if len(out) == 0 && c.Judge != "" {
		j, err := docket.PersonOf(tx, c.Judge)
		if err != nil {
			return nil, err
		}
		out = []paper.Signer{{Step: step, Person: j.ID, Name: j.Name, As: "审判员"}}
	}
	return append(out, clerks...), nil
}

// signedBy puts those who sign a paper into its values.
func signedBy(v kinds.Values, who []paper.Signer, draft string) error {
	if len(who) == 0 {
		return nil
	}
	b, err := json.Marshal(who)
	if err != nil {
		return err
	}
	var rows []string
	for _, w := range who {
		rows = append(rows, w.As+" "+w.Name)
	}
	v[signersValue], v[kinds.SignRows], v[draftValue] = string(b), rows, draft
	return nil
}

// signersOf reads them back.
func signersOf(v kinds.Values) (out []paper.Signer, err error) {
	if text := v.Text(signersValue); text != "" {
		err = json.Unmarshal([]byte(text), &out)
	}
	return out, err
}

// awaitSigners lets people sign a drawn paper before it is issued.
func (s *Service) awaitSigners(ctx context.Context, j *jobs.Job, p paper.Paper, doc *pdf.Doc, who []paper.Signer) error {
	b, pages, areas, err := pdf.RenderAreas(s.faces, doc)
	if err != nil {
		return err
	}
	var html strings.Builder
	if err := s.showServed(ctx, &html, p); err != nil {
		return err
	}
	if err := pdf.WriteHTML(&html, doc); err != nil {
		return err
	}
	digest, _, err := s.k.Blob.Put(ctx, bytes.NewReader(b))
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if err := paper.AwaitSigners(tx, p.ID, digest, pages, sealAt(areas)); err != nil {
			return err
		}
		p.Digest = digest
		if err := s.rounds.Open(tx, p, kinds.Signs[s.kinds[p.Kind].Sign].People == "present", html.String(), who, areas.Signs); err != nil {
			return err
		}
		var holders []string
		for _, w := range who {
			if w.Party != "" && !slices.Contains(holders, w.Person) {
				holders = append(holders, w.Person)
			}
		}
		if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "papers.signing", Court: p.Court, Case: p.Case, Actor: app.Actor(ctx), Holders: holders,
			Body: map[string]any{"paper": p.ID, "kind": p.Kind, "digest": digest, "pages": pages, "signers": len(who)}}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// signed goes on when a round is over: what all have signed is sealed and
// issued, and of what not all have signed the draft is taken up again.
func (s *Service) signed(ctx context.Context, j *jobs.Job) error {
	f, err := app.Hear[fact.SigningEnded](j)
	if err != nil {
		return err
	}
	var p paper.Paper
	var digest string
	err = s.k.Read(ctx, func(tx *db.Tx) (err error) {
		if p, err = paper.Of(tx, f.Paper); err == nil && f.State == "complete" {
			digest, err = s.rounds.File(tx, p.ID)
		}
		return err
	})
	if err != nil || p.State != paper.Signing { // withdrawn with its case
		return err
	}
	if f.State != "complete" {
		return s.unsigned(ctx, j, p, f)
	}
	b, err := blob.ReadAll(ctx, s.k.Blob, digest)
	if err != nil {
		return err
	}
	d, err := s.data(p)
	if err != nil {
		return err
	}
	return s.issue(ctx, j, p, d, b, p.Pages)
}

// unsigned ends the paper and gives the draft back, to those who did not sign:
// who signed his own has it.
func (s *Service) unsigned(ctx context.Context, j *jobs.Job, p paper.Paper, f fact.SigningEnded) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		d, err := s.data(p)
		if err != nil {
			return err
		}
		why, err := s.rounds.Why(tx, p.ID)
		if err != nil {
			return err
		}
		if err := paper.Unsigned(tx, p.ID); err != nil {
			return err
		}
		if err := s.reopened(tx, p, d.Text(draftValue), "没有签成："+why); err != nil {
			return err
		}
		if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "papers.unsigned", Court: p.Court, Case: p.Case, Actor: app.Actor(ctx), Cause: f.FactName(), Body: map[string]any{"paper": p.ID, "draft": d.Text(draftValue), "state": f.State}}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

func (s *Service) reopened(tx *db.Tx, p paper.Paper, draftID, note string) error {
	if draftID == "" { // nobody wrote it: a return
		return nil
	}
	d, w, err := s.draftOf(tx, draftID)
	if err != nil || d.State != approved && d.State != inHand {
		return err
	}
	if p.Party != "" && s.kinds[p.Kind].To == "party" {
		if d.State == approved {
			w.To = nil
		}
		w.To = append(w.To, p.Party)
		text, err := json.Marshal(w)
		if err != nil {
			return err
		}
		d.Data = s.k.Vault.Seal("papers.draft", string(text))
	}
	return db.Must1(tx.Exec(`UPDATE papers_draft SET state = 'draft', data = ?, note = ?, moved_at = ? WHERE id = ? AND state = ?`, d.Data, s.k.Vault.Seal("papers.note", note), tx.Now(), d.ID, d.State))
}

// again is when a paper whose seal could not be had is tried once more.
const again = 2 * time.Minute

// later puts off the job of a paper that waits for who holds the seals, however
// long that takes.
func (s *Service) later(ctx context.Context, j *jobs.Job, why error) error {
	s.k.Log.Warn("paper waits for its seal", "job", j.ID, "err", why)
	return s.k.Note(ctx, func(tx *db.Tx) error {
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: j.Kind, Lane: j.Lane, Body: json.RawMessage(j.Body), At: s.k.Now().Add(again)}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// issue seals a paper where its kind has a seal, keeps and issues it.
func (s *Service) issue(ctx context.Context, j *jobs.Job, p paper.Paper, d kinds.Values, b []byte, pages int) (err error) {
	if kinds.Signs[s.kinds[p.Kind].Sign].Seal {
		if b, err = s.rounds.Seal(ctx, p.Court, b, pages, p.Title, s.shown(p.SealAt, d.Text("void"))); fault.KindOf(err) == fault.Unavailable {
			return s.later(ctx, j, err)
		}
		if err != nil {
			return err
		}
	}
	digest, _, err := s.k.Blob.Put(ctx, bytes.NewReader(b))
	if err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if err := paper.Issue(tx, p.ID, digest, pages); err != nil {
			return err
		}
		if kinds.Signs[s.kinds[p.Kind].Sign].Seal {
			if err := s.rounds.Sealed(tx, p, digest); err != nil {
				return err
			}
		}
		if old := d.Text(replacesValue); old != "" {
			if err := paper.Withdraw(tx, old, p.ID); err != nil {
				return err
			}
		}
		cs, holders, err := s.copies(tx, p)
		if err != nil {
			return err
		}
		if err := s.awaited(tx, p, d); err != nil {
			return err
		}
		body := map[string]any{"paper": p.ID, "code": p.Code, "kind": p.Kind, "version": p.Version, "digest": digest, "pages": pages, "copies": len(cs)}
		bound, err := s.agreedOn(tx, p, d)
		if err != nil {
			return err
		}
		if len(bound) > 0 {
			at, err := s.rounds.Last(tx, p.ID)
			if err != nil {
				return err
			}
			holders, body["effective_on"] = bound, docket.Today(at).String()
		}
		theirs, err := s.effects.Prove(tx, p.ID, d.Text(provesValue), d, body)
		if err != nil {
			return err
		}
		holders = slices.Compact(slices.Sorted(slices.Values(append(holders, theirs...))))
		if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "papers.issued", Court: p.Court, Case: p.Case, Actor: app.Actor(ctx), Holders: holders, Body: body}); err != nil {
			return err
		}
		for _, c := range cs {
			if err := s.received(tx, c, d, digest); err != nil {
				return err
			}
			if err := s.k.Tell(tx, fact.PaperIssued{Case: c.Case, Paper: c.ID, Kind: c.Kind, Party: c.Party}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// online reports whether the receipt of a paper is signed on a phone: that of a
// mediation statement, which only a signature serves (民事诉讼法 100), where the
// paper itself was signed so.
func (s *Service) online(k kinds.Kind, who []paper.Signer) bool {
	return k.Nature == service.Mediation && len(who) > 0
}

// received goes on when a paper is issued. A mediation statement is followed by
// the return that its party signs on his phone; a return that was signed says so
// to who serves.
func (s *Service) received(tx *db.Tx, p paper.Paper, d kinds.Values, digest string) error {
	if served := d.Text(servesValue); served != "" {
		at, err := s.rounds.Last(tx, p.ID)
		if err != nil {
			return err
		}
		return s.k.Tell(tx, fact.ReceiptSigned{Case: p.Case, Paper: served, Return: p.ID, Party: p.Party, On: docket.Today(at)})
	}
	who, err := signersOf(d)
	if err != nil || p.Party == "" || !s.online(s.kinds[p.Kind], who) {
		return err
	}
	c, err := docket.CaseOf(tx, p.Case)
	if err != nil {
		return err
	}
	party, err := docket.PartyOf(tx, p.Party)
	if err != nil {
		return err
	}
	v, err := s.gather(tx, c, party, docket.Today(tx.Now()))
	if err != nil {
		return err
	}
	hand, err := s.beside(tx, c, []string{party.ID}, 1)
	if err == nil {
		err = signedBy(v, hand, "")
	}
	if err != nil {
		return err
	}
	v[servesValue], v["place"] = p.ID, "网上，本人用手机签收"
	_, err = s.put(tx, s.kinds["service_return"], c, party, v, []string{p.Title + "（校验值 " + digest[:16] + "）"}, "")
	return err
}

// showServed puts the paper whose receipt is signed before its return, so that
// it is read first.
func (s *Service) showServed(ctx context.Context, out *strings.Builder, p paper.Paper) error {
	d, err := s.data(p)
	if err != nil || d.Text(servesValue) == "" {
		return err
	}
	var served paper.Paper
	err = s.k.Read(ctx, func(tx *db.Tx) (err error) { served, err = paper.Of(tx, d.Text(servesValue)); return err })
	if err != nil {
		return err
	}
	doc, err := s.doc(ctx, served) // sealed: its return comes after it
	if err != nil {
		return err
	}
	doc.Signed = true
	out.WriteString("<p class=\"label\">送给您的文书</p>\n")
	if err := pdf.WriteHTML(out, doc); err != nil {
		return err
	}
	out.WriteString("<p class=\"label\">要您签名的送达回证：签了，上面这份文书就算送到您手里</p>\n")
	return nil
}

// agreedOn lets what parties agreed take effect when all of them have signed the
// record, judge and clerk after them, if they agreed on that as well, and returns
// those whom it binds. For a party signs himself, or an agent who may settle. A
// statement may be drawn from it still; who does not take it changes nothing.
//
// law:民诉法解释(2022)/151 由当事人、审判人员、书记员签名或者盖章后即具有法律效力
func (s *Service) agreedOn(tx *db.Tx, p paper.Paper, d kinds.Values) (bound []string, err error) {
	who, err := signersOf(d)
	if err != nil || p.Kind != "mediation_record" || d.Text("effect") != kinds.OnRecord || len(d.List("agreement")) == 0 || len(who) == 0 {
		return nil, err
	}
	if all, err := s.rounds.Unanimous(tx, p.ID); err != nil || !all {
		return nil, err
	}
	return effect.Signed(tx, p, who)
}
