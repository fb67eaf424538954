package papers

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"mashang/capability"
	"mashang/capability/papers/fits"
	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/ledger"
)

// States of a draft. What is approved becomes papers, one for each addressee,
// which are drawn, signed and issued; nothing in them changes after that.
const (
	inHand   = "draft"    // being written
	checked  = "checked"  // nothing is wrong with it; it waits for who signs it off
	approved = "approved" // it became papers
	dropped  = "dropped"
)

// draft is a paper while it is being written.
type draft struct {
	ID      string    `db:"id" json:"id"`
	Case    string    `db:"case_id" json:"case"`
	Court   string    `db:"court_id" json:"court"`
	Kind    string    `db:"kind" json:"kind"`
	Version string    `db:"version" json:"version"`
	Data    string    `db:"data" json:"-"` // sealed
	State   string    `db:"state" json:"state"`
	Author  string    `db:"author_id" json:"author"`
	Note    string    `db:"note" json:"-"` // why it was sent back, sealed
	At      time.Time `db:"at" json:"at"`
	Moved   time.Time `db:"moved_at" json:"moved"`
}

const draftCols = `id, case_id, court_id, kind, version, data, state, author_id, note, at, moved_at`

// seen names the text of a draft as somebody saw it.
func (d draft) seen() string { return d.Moved.UTC().Format(time.RFC3339Nano) }

// written is what a draft holds.
type written struct {
	To     []string     `json:"to"`              // parties, by id
	By     []string     `json:"by,omitempty"`    // parties and agents who were there and sign a record, by id
	About  string       `json:"about,omitempty"` // the paper that it replaces, or corrects
	From   string       `json:"from,omitempty"`  // the record from which it was drawn
	Fields kinds.Values `json:"fields"`
}

// draftCmd saves a draft.
type draftCmd struct {
	Kind   string         `json:"kind"`
	Draft  string         `json:"draft"` // empty: a new one
	Seen   string         `json:"seen"`  // moved, as it was when he began to write; empty: whatever it is
	To     []string       `json:"to"`
	About  string         `json:"about"` // of a correction: the paper in which the slip is
	From   string         `json:"from"`  // the record from which a new one is drawn
	By     []string       `json:"by"`    // who was there and signs a record
	Fields map[string]any `json:"fields"`
	Submit bool           `json:"submit"` // and hand it in to be signed off
}

// saved is the answer to it.
type saved struct {
	ID    string       `json:"id"`
	State string       `json:"state"`
	Flaws []kinds.Flaw `json:"flaws,omitempty"`
}

func (s *Service) draftOf(tx *db.Tx, draftID string) (d draft, w written, err error) {
	if d, err = db.One[draft](tx, `SELECT `+draftCols+` FROM papers_draft WHERE id = ?`, draftID); err != nil {
		return d, w, err
	}
	text, err := s.k.Vault.Open("papers.draft", d.Data)
	if err != nil {
		return d, w, err
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	return d, w, dec.Decode(&w)
}

// save keeps what was written, whatever is wrong with it: nothing typed is
// lost. Handing in needs a paper with nothing wrong.
func (s *Service) save(ctx context.Context, caseID string, c draftCmd) (out saved, err error) {
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		g, err := access.May(tx, auth.From(ctx), "draft", access.Of("paper", caseID), tx.Now())
		if err != nil {
			return err
		}
		k, ok, err := s.kind(tx, g.Case.Court, c.Kind)
		if err != nil {
			return err
		}
		if !ok {
			return fault.Field("kind", "没有这种文书。")
		}
		if unwritten[k.Name] {
			return errUnwritten
		}
		if !theirs(k, g, access.Bench) {
			return errTheirs
		}
		now := tx.Now()
		d := draft{ID: id.New(), Case: caseID, Court: g.Case.Court, Kind: k.Name, Version: k.Version, State: inHand, Author: auth.From(ctx).Person, At: now, Moved: now}
		if c.Draft != "" {
			var old written
			if d, old, err = s.draftOf(tx, c.Draft); err != nil || d.Case != caseID || d.Kind != c.Kind {
				return fault.OrMissing(err)
			}
			if d.State != inHand {
				return fault.New(fault.Conflict, "这份文书已经交上去了，不能再改。要改，请让签发的人退回。")
			}
			if c.Seen != "" && c.Seen != d.seen() {
				return fault.New(fault.Conflict, "您写的时候，别人改过这份草稿，所以没有存。请按“返回”把您写的抄下来，再打开草稿接着写。")
			}
			c.From = old.From
			if d.Version, d.Moved = k.Version, now; k.About == "" {
				c.About = old.About // what it replaces is not his to choose
			}
		} else if k.About == "" {
			c.About = ""
		}
		w := written{To: c.To, By: c.By, About: c.About, From: c.From, Fields: k.Typed(c.Fields)}
		if out.Flaws, err = s.flaws(tx, g.Case, k, w); err != nil {
			return err
		}
		if c.Submit && len(out.Flaws) == 0 {
			d.State, d.Note = checked, ""
		}
		text, err := json.Marshal(w)
		if err != nil {
			return err
		}
		d.Data = s.k.Vault.Seal("papers.draft", string(text))
		if c.Draft == "" {
			_, err = tx.Exec(`INSERT INTO papers_draft (`+draftCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.ID, d.Case, d.Court, d.Kind, d.Version, d.Data, d.State, d.Author, d.Note, d.At, d.Moved)
		} else {
			err = db.Must1(tx.Exec(`UPDATE papers_draft SET version = ?, data = ?, state = ?, note = ?, moved_at = ? WHERE id = ? AND state = 'draft'`, d.Version, d.Data, d.State, d.Note, d.Moved, d.ID))
		}
		if err != nil {
			return err
		}
		out.ID, out.State = d.ID, d.State
		kind := "papers.drafted"
		if d.State == checked {
			kind = "papers.submitted"
		}
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Court: d.Court, Case: caseID, Actor: app.Actor(ctx), Body: map[string]any{"draft": d.ID, "kind": d.Kind, "version": d.Version}})
		return err
	})
	return out, err
}

// flaws are what stands in the way of a draft: who gets it, and what lint says
// of it with what the file knows.
func (s *Service) flaws(tx *db.Tx, c docket.Case, k kinds.Kind, w written) (out []kinds.Flaw, err error) {
	ps, err := s.addressees(tx, c, k, w.To)
	if err != nil {
		return nil, err
	}
	if k.Addressed() && len(w.To) == 0 {
		out = append(out, kinds.Flaw{Field: "to", Says: "请勾选发给谁。"})
	}
	if len(ps) != max(1, len(w.To)) {
		out = append(out, kinds.Flaw{Field: "to", Says: "勾选的人已经不在这个案件里，请重新勾选。"})
	}
	left, err := fits.Everybody(tx, c.ID, k, w.To)
	if err != nil {
		return nil, err
	}
	out = append(out, left...)
	switch k.About {
	case "correction":
		if p, err := paper.Of(tx, w.About); err != nil || !fits.Slips(s.kinds[p.Kind], p, c.ID) {
			out = append(out, kinds.Flaw{Field: "about", Says: "请选写错字的是哪一份文书。"})
		}
	case "effect":
		fs, err := s.effects.Early(tx, c.ID, w.About, w.Fields)
		if err != nil {
			return nil, err
		}
		out = append(out, fs...)
	}
	out = append(out, fits.Source(tx, c.ID, w.From)...)
	v, err := s.together(tx, c, ps[0], w)
	if err != nil {
		return nil, err
	}
	for _, f := range k.Lint(v) {
		if !k.Has(f.Field) { // what the file knows is not his to type
			f.Field = ""
		}
		out = append(out, f)
	}
	sit, err := fits.Bench(tx, c.ID, k, v.List("bench"), s.data)
	return append(out, sit...), err
}

// addressees are the parties that were ticked; a paper for nobody in
// particular is drawn as for the first party.
func (s *Service) addressees(tx *db.Tx, c docket.Case, k kinds.Kind, ids []string) (out []docket.Party, err error) {
	ps, err := docket.Parties(tx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		if p.Left.IsZero() && k.Addressed() && slices.Contains(ids, p.ID) {
			out = append(out, p)
		}
	}
	if len(out) == 0 && len(ps) > 0 {
		out = ps[:1]
	}
	if len(out) == 0 {
		err = fault.New(fault.Conflict, "案件里还没有当事人，不能制作文书。")
	}
	return out, err
}

// together is what the file knows and what was typed.
func (s *Service) together(tx *db.Tx, c docket.Case, p docket.Party, w written) (kinds.Values, error) {
	v, err := s.gather(tx, c, p, docket.Today(tx.Now()))
	if err != nil {
		return nil, err
	}
	for name, x := range w.Fields {
		if _, known := v[name]; !known { // a form does not ask for what the file knows
			v[name] = x
		}
	}
	return v, nil
}

// decideCmd is what who signs off says.
type decideCmd struct {
	Answer string `json:"answer"` // approve, return, drop
	Reason string `json:"reason"`
	Seen   string `json:"seen"` // moved, of the draft that he saw; empty: whatever it is
}

// decide signs a draft off, sends it back, or drops it. What is signed off is
// frozen as it stands with the file of this moment, and becomes papers.
func (s *Service) decide(ctx context.Context, caseID, draftID string, cmd decideCmd) error {
	var bad fault.List
	if cmd.Answer == "return" && len([]rune(cmd.Reason)) < 2 {
		bad.Add("reason", "请写明要改什么。")
	}
	if bad.Most(fault.Text, "reason", cmd.Reason); len(bad) > 0 {
		return bad.Err()
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		d, w, err := s.draftOf(tx, draftID)
		if err != nil || d.Case != caseID {
			return fault.OrMissing(err)
		}
		verb := map[string]string{"approve": "approve", "return": "approve", "drop": "draft"}[cmd.Answer]
		if verb == "" {
			return fault.Field("answer", "请选签发还是退回。")
		}
		g, err := access.May(tx, auth.From(ctx), verb, access.Of("paper", d.Case), tx.Now())
		if err != nil {
			return err
		}
		if cmd.Seen != "" && cmd.Seen != d.seen() {
			return fault.New(fault.Conflict, "您看过以后，这份草稿又改过。请看了现在的再决定。")
		}
		k, ok, err := s.kind(tx, d.Court, d.Kind)
		if err != nil || !ok {
			return fault.OrMissing(err)
		}
		if verb == "draft" && !theirs(k, g, access.Bench) {
			return errTheirs
		}
		if verb == "approve" && !signsOff(k, g) {
			return fault.New(fault.Forbidden, map[bool]string{true: "这份文书要由院长签发。", false: "这份文书由办案的法官签发，别人不替他签。"}[k.Sign == "president"])
		}
		e := ledger.Entry{Court: d.Court, Case: d.Case, Actor: app.Actor(ctx), Body: map[string]any{"draft": d.ID, "kind": d.Kind}}
		from, to := checked, inHand
		switch cmd.Answer {
		case "approve":
			to, e.Kind = approved, "papers.approved"
			if d.Version != k.Version {
				return fault.New(fault.Conflict, "这种文书的样式换了新的，请退回，重新保存一次再签发。")
			}
			fs, err := s.flaws(tx, g.Case, k, w)
			if err != nil {
				return err
			}
			if len(fs) > 0 {
				return fault.New(fault.Conflict, "交上来以后案件有变化："+fs[0].Says+"请退回修改。")
			}
			ids, err := s.become(tx, g.Case, k, w, d.ID)
			if err != nil {
				return err
			}
			e.Body["papers"] = len(ids)
			for i, x := range ids {
				e.Body["paper_"+strconv.Itoa(i+1)] = x
			}
		case "return":
			e.Kind, e.Private = "papers.returned", map[string]string{"reason": cmd.Reason}
		case "drop":
			from, to, e.Kind = inHand, dropped, "papers.dropped"
		}
		if err := db.Must1(tx.Exec(`UPDATE papers_draft SET state = ?, note = ?, moved_at = ? WHERE id = ? AND state = ?`, to, s.k.Vault.Seal("papers.note", cmd.Reason), tx.Now(), d.ID, from)); err != nil {
			return err
		}
		_, err = s.k.Ledger.Append(tx, e)
		return err
	})
}

var errTheirs = fault.New(fault.Forbidden, "案件已经交给法官办理，这份文书由办案的人写、由他们撤。")

// signsOff reports whether papers of a kind are for somebody to sign off: those
// of the president for him alone, and what a judge decides not for the president.
//
// law:人民法院组织法(2018)/32 合议庭或者法官独任审理案件形成的裁判文书，经合议庭组成人员或者独任法官签署
func signsOff(k kinds.Kind, g access.Grant) bool {
	president := g.Relation&access.President != 0 && g.Relation&access.Handler == 0
	return access.Allowed(g.Relation, "paper", "approve") && (k.Sign == "president") == president && (president || theirs(k, g, access.Handler))
}

// theirs reports whether a paper of a kind is for those of the bench to write,
// to sign off or to take back: who heads the filing has the papers of filing, and
// all as long as nobody hears the case.
func theirs(k kinds.Kind, g access.Grant, bench access.Relation) bool {
	return g.Relation&bench != 0 || g.Case.Judge == "" || k.Group == "立案" || k.Group == "送达"
}

// become orders the papers of a draft: one for each addressee, or one with a
// copy for each, with the return on which he signs.
func (s *Service) become(tx *db.Tx, c docket.Case, k kinds.Kind, w written, draftID string) (ids []string, err error) {
	ps, err := s.addressees(tx, c, k, w.To)
	if err != nil {
		return nil, err
	}
	var first paper.Paper
	online := false // its receipt is signed on a phone
	for i, p := range ps {
		var pp paper.Paper
		if i > 0 && k.To == "all" {
			pp, err = paper.Copy(tx, first, p.ID)
		} else {
			pp, online, err = s.fresh(tx, c, k, p, w, draftID)
			if k.About == "" {
				w.About = "" // one takes the place of the old paper, not each
			}
		}
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = pp
		}
		ids = append(ids, pp.ID)
		if k.Addressed() && k.Name != "service_return" && kinds.Signs[k.Sign].Seal && !online {
			if _, err := s.order(tx, "service_return", c, p, []string{pp.Title}); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}

// fresh orders a paper of a draft, to p or, if it is for nobody, for the file.
func (s *Service) fresh(tx *db.Tx, c docket.Case, k kinds.Kind, p docket.Party, w written, draftID string) (pp paper.Paper, online bool, err error) {
	v, err := s.together(tx, c, p, w)
	if err != nil {
		return pp, false, err
	}
	who, err := s.signers(tx, c, k, p, w.By)
	if err == nil {
		err = signedBy(v, who, draftID)
	}
	if err != nil {
		return pp, false, err
	}
	if !k.Addressed() {
		p = docket.Party{Case: c.ID}
	}
	corrects := ""
	switch {
	case k.About == "correction":
		corrects = w.About
	case k.About == "effect":
		v[provesValue] = w.About
	case w.About != "":
		v[replacesValue] = w.About
	}
	pp, err = s.put(tx, k, c, p, v, nil, corrects)
	return pp, s.online(k, who), err
}

// reopen makes a draft of what a paper says. The act that orders it records it.
func (s *Service) reopen(tx *db.Tx, k kinds.Kind, p paper.Paper, w written) (string, error) {
	text, err := json.Marshal(w)
	if err != nil {
		return "", err
	}
	d := id.New()
	_, err = tx.Exec(`INSERT INTO papers_draft (`+draftCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d, p.Case, p.Court, k.Name, k.Version, s.k.Vault.Seal("papers.draft", string(text)), inHand, auth.From(tx.Context()).Person, "", tx.Now(), tx.Now())
	return d, err
}

// preview fills a draft as it would be issued now; it carries no code, for it
// is no paper.
func (s *Service) preview(tx *db.Tx, c docket.Case, d draft, w written, to string) (kinds.Values, kinds.Kind, []kinds.Flaw, error) {
	k, ok, err := s.kind(tx, d.Court, d.Kind)
	if err != nil || !ok {
		return nil, k, nil, fault.OrMissing(err)
	}
	ps, err := s.addressees(tx, c, k, w.To)
	if err != nil {
		return nil, k, nil, err
	}
	at := max(0, slices.IndexFunc(ps, func(p docket.Party) bool { return p.ID == to }))
	v, err := s.together(tx, c, ps[at], w)
	if err != nil {
		return nil, k, nil, err
	}
	v["void"] = "草稿 没有签发"
	fs, err := s.flaws(tx, c, k, w)
	return v, k, fs, err
}

// drafts are those of a case that are still in hand or wait.
func drafts(tx *db.Tx, caseID string) ([]draft, error) {
	return db.List[draft](tx, `SELECT `+draftCols+` FROM papers_draft WHERE case_id = ? AND state IN ('draft', 'checked') ORDER BY moved_at DESC, id DESC LIMIT 50`, caseID)
}

// draftTasks are the drafts that wait for someone to sign them off.
func (s *Service) draftTasks(tx *db.Tx, v capability.Viewer) (out []capability.Task, err error) {
	var courts []string
	for _, p := range v.Posts {
		if p.Role == docket.President && !slices.Contains(courts, p.Court) {
			courts = append(courts, p.Court)
		}
	}
	ds, err := db.List[draft](tx, `SELECT `+draftCols+` FROM papers_draft WHERE state = 'checked' AND (case_id IN (
		SELECT case_id FROM docket_access WHERE person_id = ? AND capacity = 'handler' AND from_at <= ? AND (until_at = 0 OR until_at > ?)) OR court_id IN (`+db.In(max(1, len(courts)))+`)) ORDER BY moved_at, id LIMIT 50`,
		append([]any{v.Actor.Person, v.Now, v.Now}, db.Args(orNone(courts))...)...)
	if err != nil {
		return nil, err
	}
	for _, d := range ds {
		k := s.kinds[d.Kind]
		g, err := access.May(tx, v.Actor, "approve", access.Of("paper", d.Case), v.Now)
		if err != nil || (k.Sign == "president") != (g.Relation&access.President != 0 && slices.Contains(courts, d.Court)) {
			continue
		}
		out = append(out, capability.Task{Group: "等您签发的文书", Title: k.Title, Sub: g.Case.Number + " " + g.Case.Names, Href: "/papers/write/" + d.Case + "/" + d.ID, Tone: "go", Tag: "签发"})
	}
	return out, nil
}

func orNone(s []string) []string {
	if len(s) == 0 {
		return []string{""}
	}
	return s
}
