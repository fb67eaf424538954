// Package ledger is the tamper-evident record of every act.
//
// An act appends its entry inside its own transaction: act and record commit
// together or not at all. Entries are unnumbered until the one sealer
// (seal.go) orders them, hashes them into a Merkle tree (RFC 6962 as in
// golang.org/x/mod/sumdb/tlog) and signs a checkpoint (sumdb/note).
//
// What a leaf holds about people are salted digests only (secret.go opens
// them), so erasure stays possible. Each holder (a person to whom an entry is
// addressed) has a chain per case: the leaf commits to "this is his n-th
// entry, after that one", so a receipt with an entry left out shows a gap,
// and nobody else learns how long his chain is.
//
// Reading order: ledger.go (append), canon.go (the one encoding), seal.go,
// news.go (what open pages hear of it), receipt.go (what a holder takes home), verify.go (checking it, without any
// database).
package ledger

import (
	"crypto/rand"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"time"

	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/id"
)

//go:embed schema
var Schema embed.FS

// Audience says who may hold entries of a kind.
type Audience string

// The audiences.
const (
	Court   Audience = "court"   // nobody outside the court
	Parties Audience = "parties" // all who stand in the case on a party's side
	Named   Audience = "named"   // only the holders that the act names
)

// Kind declares a kind of entry. Name is "service.what_happened".
type Kind struct {
	Name     string
	Title    string // in plain Chinese, as the holder reads it
	Audience Audience
	Quiet    bool   // sealed only together with others, so that nobody sees the tree grow by it
	News     string // the sentence for open pages that change by it, true for all its readers; empty: none does
}

// Entry is one change of state.
type Entry struct {
	Kind    string
	Court   string            // court code
	Case    string            // case id; empty outside any case
	Actor   string            // person id, or "system:" and the job
	Cause   string            // the fact or job that caused a follow-up
	Holders []string          // person ids; must fit the kind's audience
	Body    map[string]any    // no personal data: strings, integers, booleans, dates
	Private map[string]string // kept as salted digests; values open to the holders
	Only    map[string]string // name in Private → the one holder who may open it
}

// Ledger appends, seals and proves.
type Ledger struct {
	clock  clock.Clock
	kinds  map[string]Kind
	signer *Signer
	wake   chan struct{}
	hides  bool // some kind is quiet
}

// New returns a ledger that knows no kinds yet.
func New(c clock.Clock, s *Signer) *Ledger {
	cover := Kind{Name: Cover, Title: "没有内容的一条", Audience: Court, Quiet: true}
	return &Ledger{clock: c, kinds: map[string]Kind{Cover: cover}, signer: s, wake: make(chan struct{}, 1)}
}

// Declare adds kinds; a name declared twice is a mistake in the program.
func (l *Ledger) Declare(kinds ...Kind) error {
	for _, k := range kinds {
		if _, dup := l.kinds[k.Name]; dup || k.Title == "" {
			return fmt.Errorf("ledger: kind %q is declared twice or has no title", k.Name)
		}
		if k.Quiet && k.News != "" {
			return fmt.Errorf("ledger: kind %q is quiet and makes news", k.Name)
		}
		l.kinds[k.Name] = k
		l.hides = l.hides || k.Quiet
	}
	return nil
}

// Kinds returns all declared kinds by name.
func (l *Ledger) Kinds() []Kind {
	out := make([]Kind, 0, len(l.kinds))
	for _, k := range l.kinds {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Title returns the plain words for a kind.
func (l *Ledger) Title(kind string) string { return l.kinds[kind].Title }

// Signer returns the key that signs checkpoints.
func (l *Ledger) Signer() *Signer { return l.signer }

// Append records e in tx and returns the entry's id.
func (l *Ledger) Append(tx *db.Tx, e Entry) (string, error) {
	k, ok := l.kinds[e.Kind]
	switch {
	case !ok:
		return "", fmt.Errorf("ledger: kind %q is not declared", e.Kind)
	case k.Audience == Court && len(e.Holders) > 0:
		return "", fmt.Errorf("ledger: %s is the court's own, it has no holders", e.Kind)
	case len(e.Holders) > 0 && e.Case == "":
		return "", fmt.Errorf("ledger: %s has holders and no case", e.Kind)
	}
	eid, at := id.New(), l.clock.Now()
	lf := leaf{
		V: 1, ID: eid, At: at.UTC().Format(timeFormat), Kind: e.Kind, Court: e.Court, Case: e.Case,
		Actor: Tag(e.Actor, e.Case), Cause: e.Cause, Body: e.Body, Digests: map[string]string{}, Links: []string{}, Title: k.Title,
	}
	var secrets db.Rows
	for _, name := range sortedKeys(e.Private) {
		salt := newSalt()
		lf.Digests[name] = Digest(salt, name, e.Private[name])
		secrets.Add(eid, name, e.Only[name], salt, e.Private[name])
	}
	if err := secrets.Insert(tx, `ledger_secret (entry_id, name, holder, salt, value)`, ``); err != nil {
		return "", err
	}
	chains, err := l.chains(tx, e.Case, slices.Compact(slices.Sorted(slices.Values(e.Holders))))
	if err != nil {
		return "", err
	}
	if lf.Links, err = link(tx, eid, e.Case, chains); err != nil {
		return "", err
	}
	text, err := lf.encode()
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(`INSERT INTO ledger_entry (id, at, kind, court_id, case_id, actor, leaf) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		eid, at, e.Kind, e.Court, e.Case, e.Actor, text); err != nil {
		return "", err
	}
	if err := advance(tx, e.Case, chains, LeafHash(text).String()); err != nil {
		return "", err
	}
	tx.After(l.Wake)
	return eid, nil
}

// Wake asks the sealer to look soon.
func (l *Ledger) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Woken is signalled when entries wait to be sealed.
func (l *Ledger) Woken() <-chan struct{} { return l.wake }

func newSalt() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// Line is an entry as a page lists it.
type Line struct {
	ID    string    `db:"id"`
	Case  string    `db:"case_id"`
	At    time.Time `db:"at"`
	Kind  string    `db:"kind"`
	Actor string    `db:"actor"`
}

const lineFrom = `SELECT e.id AS id, e.case_id AS case_id, e.at AS at, e.kind AS kind, e.actor AS actor FROM ledger_entry e`

// OfCourt returns the newest entries of a court, newest first, at most n; who
// may see them is the caller's question to docket/access.
func OfCourt(tx *db.Tx, court string, n int) ([]Line, error) {
	// Ids grow with time: along them there is nothing to sort, and no index to keep.
	return db.List[Line](tx, lineFrom+` WHERE e.court_id = ? ORDER BY e.id DESC LIMIT ?`, court, n)
}

// OfCase is OfCourt for a case, and for entries of some kinds or of all.
func OfCase(tx *db.Tx, caseID string, n int, kinds ...string) ([]Line, error) {
	return lines(tx, ` WHERE e.case_id = ?`, []any{caseID}, n, kinds)
}

// OfHolder is OfCase for the entries that are addressed to holder.
func OfHolder(tx *db.Tx, holder, caseID string, n int, kinds ...string) ([]Line, error) {
	return lines(tx, ` JOIN ledger_link l ON l.entry_id = e.id AND l.holder = ? WHERE e.case_id = ?`, []any{holder, caseID}, n, kinds)
}

func lines(tx *db.Tx, where string, args []any, n int, kinds []string) ([]Line, error) {
	if len(kinds) > 0 {
		where, args = where+` AND e.kind IN (`+db.In(len(kinds))+`)`, append(args, db.Args(kinds)...)
	}
	return db.List[Line](tx, lineFrom+where+` ORDER BY e.at DESC, e.id DESC LIMIT ?`, append(args, n)...)
}

// Touched reports whether anybody did something in a case that is not among
// some kinds. What a job does by itself is not somebody's doing, unless it is
// of a kind that counts.
func Touched(tx *db.Tx, caseID string, counts []string, except ...string) (bool, error) {
	args := append(append([]any{caseID}, db.Args(counts)...), db.Args(except)...)
	_, yes, err := db.Maybe[string](tx, `SELECT id FROM ledger_entry WHERE case_id = ? AND (actor NOT LIKE 'system:%' OR kind IN (`+db.In(len(counts))+`))
		AND kind NOT IN (`+db.In(len(except))+`) LIMIT 1`, args...)
	return yes, err
}

// EachBody calls f with the case and the body of every entry of a kind, oldest
// first, for books that are made from the ledger. It reads the whole ledger.
func EachBody(tx *db.Tx, kind string, f func(caseID string, body map[string]any) error) error {
	leaves, err := db.List[string](tx, `SELECT leaf FROM ledger_entry WHERE kind = ? ORDER BY id`, kind)
	if err != nil {
		return err
	}
	for _, text := range leaves {
		var l leaf
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			return fmt.Errorf("ledger: an entry of %s: %w", kind, err)
		}
		if err := f(l.Case, l.Body); err != nil {
			return err
		}
	}
	return nil
}

// Words opens what entries keep to themselves, as far as holder may read it:
// what is addressed to every holder, and to him. Entry → name → value.
func Words(tx *db.Tx, holder string, entries []string) (map[string]map[string]string, error) {
	type word struct {
		Entry string `db:"entry_id"`
		Name  string `db:"name"`
		Value string `db:"value"`
	}
	out := map[string]map[string]string{}
	if len(entries) == 0 {
		return out, nil
	}
	ws, err := db.List[word](tx, `SELECT entry_id, name, value FROM ledger_secret WHERE entry_id IN (`+db.In(len(entries))+`) AND (holder = '' OR holder = ?)`, append(db.Args(entries), holder)...)
	for _, w := range ws {
		if out[w.Entry] == nil {
			out[w.Entry] = map[string]string{}
		}
		out[w.Entry][w.Name] = w.Value
	}
	return out, err
}

// Mark is where and when someone left an entry.
type Mark struct {
	At    time.Time `db:"at"`
	Kind  string    `db:"kind"`
	Court string    `db:"court_id"`
	Case  string    `db:"case_id"`
	Actor string    `db:"actor"`
}

// SizeAt is how many entries were sealed before an instant.
func SizeAt(tx *db.Tx, at time.Time) (int64, error) {
	return db.One[int64](tx, `SELECT COALESCE(MAX(size), 0) AS size FROM ledger_checkpoint WHERE at < ?`, at)
}

// Between returns the entries of some kinds from one place of the sealed order
// up to another.
func Between(tx *db.Tx, from, to int64, kinds ...string) ([]Mark, error) {
	return db.List[Mark](tx, `SELECT at, kind, court_id, case_id, actor FROM ledger_entry WHERE seq >= ? AND seq < ? AND kind IN (`+db.In(len(kinds))+`) ORDER BY seq`, append([]any{from, to}, db.Args(kinds)...)...)
}

// Worked returns the cases in which a person left an entry of another kind
// than those named since an instant: he did something there.
func Worked(tx *db.Tx, actor string, cases []string, from time.Time, except ...string) (map[string]bool, error) {
	out := map[string]bool{}
	for len(cases) > 0 {
		part := cases[:min(len(cases), 200)]
		cases = cases[len(part):]
		args := append(append([]any{actor, from}, db.Args(except)...), db.Args(part)...)
		ids, err := db.List[string](tx, `SELECT DISTINCT case_id FROM ledger_entry WHERE actor = ? AND at >= ? AND kind NOT IN (`+db.In(len(except))+`) AND case_id IN (`+db.In(len(part))+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, c := range ids {
			out[c] = true
		}
	}
	return out, nil
}
