package onecode

import (
	"context"
	"fmt"
	"io"
	"slices"

	"mashang/capability/onecode/contact"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/fact"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/ledger"
	"mashang/platform/web"
)

// ask is what a party writes: a question, or one of the other kinds; or, once
// more, what the answer to an earlier one left open.
type ask struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Again string `json:"again"` // the earlier message; its kind is the kind of this one
}

// accept is what may be attached.
const accept web.Kinds = ".jpg,.jpeg,.png,.heic,.webp,.pdf,.mp3,.m4a,.amr,.wav,.webm,.ogg,.mp4,.txt,.doc,.docx,.xls,.xlsx"

// keep stores attachments before the act: no file is written inside it (R6).
func (s *Service) keep(ctx context.Context, ups []web.Upload) ([]web.Attachment, error) {
	return accept.Keep("files", maxFiles, ups, func(body io.Reader) (string, int64, error) { return s.k.Blob.Put(ctx, body) })
}

// ask records a question of a party, starts its clock and puts it on the desk
// of the judge, or of whoever answers for him today.
func (s *Service) ask(ctx context.Context, caseID string, c ask, ups []web.Upload) (m Message, err error) {
	if _, ok := kindOf(c.Kind); !ok {
		return m, fault.Field("kind", "请选想做什么。")
	}
	if err := checkText("text", c.Text); err != nil {
		return m, err
	}
	if len(ups) > 0 { // no stranger's file is stored
		if err := s.mayAsk(ctx, caseID); err != nil {
			return m, err
		}
	}
	files, err := s.keep(ctx, ups)
	if err != nil {
		return m, err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		m, err = s.askIn(tx, caseID, c, files)
		return err
	})
	return m, err
}

// mayAsk refuses before any file is stored.
func (s *Service) mayAsk(ctx context.Context, caseID string) error {
	return s.k.Read(ctx, func(tx *db.Tx) error {
		_, err := access.May(tx, auth.From(ctx), "ask", access.Of("message", caseID), tx.Now())
		return err
	})
}

func (s *Service) askIn(tx *db.Tx, caseID string, c ask, files []web.Attachment) (Message, error) {
	a, now := auth.From(tx.Context()), tx.Now()
	g, err := access.May(tx, a, "ask", access.Of("message", caseID), now)
	if err != nil {
		return Message{}, err
	}
	cs := g.Case
	party, ok, err := access.PartyOf(tx, a.Person, caseID, now)
	if err != nil || !ok {
		return Message{}, fault.OrMissing(err)
	}
	if cs.State == docket.Entered || cs.State == docket.Refused || cs.Judge == "" {
		return Message{}, fault.New(fault.Conflict, "案件还没有分给法官，暂时没有人能回您。分案后就能写；急事请打 12368。")
	}
	if c.Again != "" {
		first, err := s.mayAgain(tx, caseID, c.Again, a.Person)
		if err != nil {
			return Message{}, err
		}
		c.Kind = first.Kind
	}
	k, _ := kindOf(c.Kind)
	if k.After && cs.State != docket.Closed {
		return Message{}, fault.New(fault.Conflict, "判后答疑要等结案以后。现在想问什么，请选“问一件事”。")
	}
	cal, err := docket.Calendar(tx)
	if err != nil {
		return Message{}, err
	}
	handler, err := s.answers(tx, cs)
	if err != nil {
		return Message{}, err
	}
	ct, err := docket.CourtOf(tx, cs.Court)
	if err != nil {
		return Message{}, err
	}
	d := due(now, k.in(ct).Days, cal)
	m := Message{Case: caseID, Court: cs.Court, Party: party.ID, AuthorID: a.Person, Author: a.Name, Kind: k.Key, Text: c.Text,
		Files: db.JSON[[]web.Attachment]{V: files}, ReplyTo: c.Again, State: "waiting", Handler: handler, DueOn: d.On, Clock: db.JSON[Due]{V: d}, At: now}
	if m.ID, err = insertMessage(tx, m); db.Unique(err) {
		return m, errAgain
	}
	if err != nil {
		return m, err
	}
	if err := s.schedule(tx, m); err != nil {
		return m, err
	}
	if err := s.record(tx, k.Entry, m, docket.RoleNames[party.Role], a.Person); err != nil {
		return m, err
	}
	if k.Key != opinion || m.again() { // nobody listens to the others, and it is the same opinion
		return m, nil
	}
	return m, s.k.Tell(tx, fact.OpinionGiven{Case: caseID, Message: m.ID, On: docket.Today(m.At)})
}

var errAgain = fault.New(fault.Conflict, "这一条您已经再问过一次了。还有要说的，请另写一条。")

// mayAgain returns the message that a person asks about once more: his own,
// answered, and not asked about again before.
func (s *Service) mayAgain(tx *db.Tx, caseID, messageID, person string) (Message, error) {
	first, err := messageOf(tx, messageID)
	if err != nil {
		return first, err
	}
	if first.Case != caseID || first.AuthorID != person || !asks(first.Kind) {
		return first, fault.Missing()
	}
	if first.State != "answered" {
		return first, fault.New(fault.Conflict, "法官还没有答复。答复来了，觉得没说清楚，再问一次。")
	}
	if had, err := askedAgain(tx, first); err != nil {
		return first, err
	} else if had || first.again() {
		return first, errAgain
	}
	return first, nil
}

// record writes the entry: all parties may hold that something was said, by
// whom, when and of what kind; only reader may open the words.
func (s *Service) record(tx *db.Tx, kind string, m Message, who, reader string) error {
	holders, err := access.Holders(tx, m.Case, tx.Now())
	if err != nil {
		return err
	}
	e := ledger.Entry{Kind: kind, Court: m.Court, Case: m.Case, Actor: app.Actor(tx.Context()), Holders: holders,
		Body:    map[string]any{"message": m.ID, "files": len(m.Files.V)},
		Private: map[string]string{"who": who, "text": m.Text}, Only: map[string]string{"text": reader}}
	if !m.DueOn.IsZero() {
		e.Body["due"] = m.DueOn.String()
	}
	for i, f := range m.Files.V { // whoever has the same file would know it by its digest
		name := fmt.Sprintf("file_%d", i+1)
		e.Private[name], e.Only[name] = f.Digest, reader
	}
	_, err = s.k.Ledger.Append(tx, e)
	return err
}

// write is a court's text: a draft, or an answer.
type write struct {
	Text string `json:"text"`
}

// draft keeps the assistant's proposal. It is the court's own until sent.
func (s *Service) draft(ctx context.Context, messageID string, c write) error {
	if err := checkText("text", c.Text); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		q, a, err := s.question(tx, messageID, "draft")
		if err != nil {
			return err
		}
		now := tx.Now()
		if _, err := tx.Exec(`INSERT INTO onecode_draft (message_id, text, by_id, by_name, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (message_id) DO UPDATE SET text = excluded.text, by_id = excluded.by_id, by_name = excluded.by_name, at = excluded.at`,
			q.ID, c.Text, a.Person, a.Name, now); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "onecode.drafted", Court: q.Court, Case: q.Case, Actor: a.Person,
			Body: map[string]any{"message": q.ID}, Private: map[string]string{"text": c.Text}})
		return err
	})
}

// question loads a waiting question that the actor may work on.
func (s *Service) question(tx *db.Tx, messageID, verb string) (Message, auth.Actor, error) {
	a := auth.From(tx.Context())
	q, err := messageOf(tx, messageID)
	if err != nil {
		return q, a, err
	}
	if _, err := access.May(tx, a, verb, access.Of("message", q.Case), tx.Now()); err != nil {
		return q, a, err
	}
	if !asks(q.Kind) || q.State != "waiting" {
		return q, a, fault.New(fault.Conflict, "这条已经回复过了。请看最新的往来。")
	}
	return q, a, nil
}

// send answers a question in the judge's name and stops its clock.
func (s *Service) send(ctx context.Context, messageID string, c write, ups []web.Upload) (m Message, err error) {
	if err := checkText("text", c.Text); err != nil {
		return m, err
	}
	// Who may not send stores no file. Whether it was answered before is for the
	// act to find out: the same form again is told that it was carried out.
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		q, err := messageOf(tx, messageID)
		if err == nil {
			_, err = access.May(tx, auth.From(ctx), "send", access.Of("message", q.Case), tx.Now())
		}
		return err
	})
	if err != nil {
		return m, err
	}
	for i := range ups { // where a judge took a picture is not the party's business
		ups[i] = ups[i].Placeless()
	}
	files, err := s.keep(ctx, ups)
	if err != nil {
		return m, err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		m, err = s.sendIn(tx, messageID, c.Text, files)
		return err
	})
	return m, err
}

func (s *Service) sendIn(tx *db.Tx, messageID, text string, files []web.Attachment) (Message, error) {
	q, a, err := s.question(tx, messageID, "send")
	if err != nil {
		return Message{}, err
	}
	now := tx.Now()
	if err := db.Must1(tx.Exec(`UPDATE onecode_message SET state = 'answered', answered_at = ? WHERE id = ? AND state = 'waiting'`, now, q.ID)); err != nil {
		return Message{}, err
	}
	if _, err := tx.Exec(`DELETE FROM onecode_draft WHERE message_id = ?`, q.ID); err != nil {
		return Message{}, err
	}
	if err := access.EndFor(tx, q.ID, q.Case, now.Add(rereadFor)); err != nil {
		return Message{}, err
	}
	m := Message{Case: q.Case, Court: q.Court, Party: q.Party, AuthorID: a.Person, Author: a.Name, Kind: "answer", Text: text,
		Files: db.JSON[[]web.Attachment]{V: files}, ReplyTo: q.ID, State: "said", At: now}
	if m.ID, err = insertMessage(tx, m); err != nil {
		return m, err
	}
	if err := s.record(tx, "onecode.answered", m, "法官 "+a.Name, q.AuthorID); err != nil {
		return m, err
	}
	return m, s.tellParty(tx, q)
}

// answered is all that a message says of an answer: it may stand on a locked screen.
const answered = "您写给法官的话有答复了。请扫案件码或登录查看。"

// tellParty sends a short message without a word of the content, and the same
// to what the person bound besides.
func (s *Service) tellParty(tx *db.Tx, q Message) error {
	party, err := docket.PartyOf(tx, q.Party)
	if err != nil {
		return err
	}
	sealed, person := party.Phone, party.Person
	if q.AuthorID != party.Person {
		as, err := docket.Agents(tx, q.Case, tx.Now())
		if err != nil {
			return err
		}
		for _, a := range as {
			if a.Person == q.AuthorID {
				sealed, person = a.Phone, a.Person
			}
		}
	}
	phone, err := s.k.Vault.Open("party.phone", sealed)
	if err != nil {
		return err
	}
	ct, err := docket.CourtOf(tx, q.Court)
	if err != nil {
		return err
	}
	at := docket.Rings(tx.Now())
	if err := s.k.Notify.SendAt(tx, at, "sms", phone, "", "【"+ct.Short+"】"+answered); err != nil {
		return err
	}
	return s.phones.TellBesides(tx, person, at, answered, "/casebook/"+q.Case)
}

// asEvidence is the answer to a message that is evidence.
const asEvidence = "您发来的是证据。证据要让对方也看到，才能在法庭上用，所以这里收不了，法庭不会把它当证据看。请从“交证据”那扇门交：写明是什么、从哪来、想证明什么，原件开庭时带来。（民事诉讼法第六十八条、第七十一条）"

// contacted puts a call or visit into the thread. Of who is no party the words are
// the court's own.
func (s *Service) contacted(tx *db.Tx, c contact.Said) error {
	a := auth.From(tx.Context())
	m := Message{Case: c.Case.ID, Court: c.Case.Court, Party: c.Party.ID, AuthorID: a.Person, Author: a.Name, Kind: "contact", Way: c.Way, Text: c.Text, State: "said", At: tx.Now()}
	var err error
	if m.ID, err = insertMessage(tx, m); err != nil {
		return err
	}
	return s.record(tx, "onecode.contact", m, or(docket.RoleNames[c.Party.Role], "案外人")+" "+contact.Way(c.Way), or(c.Party.Person, a.Person))
}

// file returns an attachment that the actor may read, and its message.
func (s *Service) file(ctx context.Context, messageID string, n int) (f web.Attachment, m Message, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		if m, err = messageOf(tx, messageID); err != nil {
			return err
		}
		if ok, err := s.canRead(tx, m); err != nil || !ok {
			return fault.OrMissing(err)
		}
		if n < 0 || n >= len(m.Files.V) {
			return fault.Missing()
		}
		f = m.Files.V[n]
		return nil
	})
	return f, m, err
}

// canRead says who may read the words of a message: the court's people who
// handle the case, and the side that it is about; never the other side.
func (s *Service) canRead(tx *db.Tx, m Message) (bool, error) {
	a, now := auth.From(tx.Context()), tx.Now()
	g, err := access.May(tx, a, "read", access.Of("message", m.Case), now)
	if err != nil {
		return false, err
	}
	if g.Relation&^access.Side&(access.Bench|access.Delegate|access.Head|access.System) != 0 {
		return true, nil
	}
	p, ok, err := access.PartyOf(tx, a.Person, m.Case, now)
	return ok && p.ID == m.Party, err
}

// seen is a message as its reader may see it: in full, or only that it was.
type seen struct {
	Message
	Mine bool   `json:"mine"`         // of the reader's own side
	Role string `json:"role"`         // of the party whose thread it is
	Open bool   `json:"open"`         // the words are shown
	Work bool   `json:"-"`            // its reader may answer or draft
	Move bool   `json:"-"`            // its reader may name another who answers
	By   string `json:"by,omitempty"` // who answers, when it is not the judge of the case

	MayRate  bool   `json:"may_rate,omitempty"`  // an answer that its reader has not rated yet
	Rated    string `json:"rated,omitempty"`     // or his grade
	MayAgain bool   `json:"may_again,omitempty"` // he may ask once more
}

// pageSize is how many messages a page of a thread shows.
const pageSize = 50

// thread returns what was said in a case, oldest first, ending before a key.
func (s *Service) thread(tx *db.Tx, caseID, before string) (list []seen, more bool, err error) {
	a, now := auth.From(tx.Context()), tx.Now()
	g, err := access.May(tx, a, "read", access.Of("message", caseID), now)
	if err != nil {
		return nil, false, err
	}
	v := reader{court: g.Relation&(access.Bench|access.Delegate|access.Head) != 0, works: access.Allowed(g.Relation, "message", "draft")}
	if !v.court {
		p, ok, err := access.PartyOf(tx, a.Person, caseID, now)
		if err != nil || !ok {
			return nil, false, fault.OrMissing(err)
		}
		v.side = p.ID
	}
	key := Message{}
	if before != "" {
		if key, err = messageOf(tx, before); err != nil {
			return nil, false, err
		}
	}
	ms, err := messagesBefore(tx, caseID, "", key.At, key.ID, pageSize+1)
	if err != nil {
		return nil, false, err
	}
	if more = len(ms) > pageSize; more {
		ms = ms[:pageSize]
	}
	slices.Reverse(ms)
	ps, err := docket.Parties(tx, caseID)
	return v.see(ps, ms), more, err
}

// reader is who reads a thread: the court, or a side.
type reader struct {
	court bool
	works bool   // and answers or drafts
	side  string // party id
}

// see shows messages to the reader: the other side's only that they were.
func (v reader) see(ps []docket.Party, ms []Message) (list []seen) {
	roles := map[string]string{}
	for _, p := range ps {
		roles[p.ID] = docket.RoleNames[p.Role]
	}
	for _, m := range ms {
		x := seen{Message: m, Open: v.court || m.Party == v.side, Mine: m.Party == v.side && asks(m.Kind), Role: roles[m.Party], Work: v.works}
		if !x.Open {
			x.Text, x.Files, x.Author = "", db.JSON[[]web.Attachment]{}, ""
		}
		list = append(list, x)
	}
	return list
}
