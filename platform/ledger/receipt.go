package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/db"
	"mashang/platform/fault"
)

// Format names the encoding of receipts.
const Format = "mashang receipt 1"

// Receipt is what a holder takes home: every entry of one case that is
// addressed to him, with proof that each is in the tree of a signed
// checkpoint. Field names are in alphabetical order.
type Receipt struct {
	Case       string    `json:"case"`
	Checkpoint string    `json:"checkpoint"`
	Earlier    []Earlier `json:"earlier"`
	Entries    []Proved  `json:"entries"`
	Format     string    `json:"format"`
	Holder     string    `json:"holder"`
	Key        string    `json:"key"`
	Witnesses  []string  `json:"witnesses"`
}

// Earlier is a checkpoint that this holder was given before, with the proof
// that the present tree only adds to it.
type Earlier struct {
	Checkpoint string      `json:"checkpoint"`
	Proof      []tlog.Hash `json:"proof"`
}

// Proved is one entry with its proofs.
type Proved struct {
	Leaf   string      `json:"leaf"`
	N      int64       `json:"n"`
	Opened []Opened    `json:"opened"`
	Prev   string      `json:"prev"`
	Proof  []tlog.Hash `json:"proof"`
	Salt   string      `json:"salt"`
	Seq    int64       `json:"seq"`
}

// Opened shows what a digest stands for.
type Opened struct {
	Name  string `json:"name"`
	Salt  string `json:"salt"`
	Value string `json:"value"`
}

// Exported is the ending of the kind of entry that closes a receipt: its body
// says how many entries the receipt holds, itself included, so that one cut
// short at its end is found out too.
const Exported = ".exported"

// Close appends the closing entry of a receipt for a holder.
func (l *Ledger) Close(tx *db.Tx, kind, court, caseID, holder string) error {
	c, _, err := db.Maybe[chain](tx, `SELECT holder, n, head FROM ledger_chain WHERE holder = ? AND case_id = ?`, holder, caseID)
	if err != nil {
		return err
	}
	_, err = l.Append(tx, Entry{Kind: kind, Court: court, Case: caseID, Actor: holder, Holders: []string{holder}, Body: map[string]any{"entries": c.N + 1}})
	return err
}

type linked struct {
	N     int64  `db:"n"`
	Entry string `db:"entry_id"`
	Prev  string `db:"prev"`
	Salt  string `db:"salt"`
	Leaf  string `db:"leaf"`
	Seq   *int64 `db:"seq"`
	Kind  string `db:"kind"`
}

// Receipt seals what waits and returns the encoded receipt of a holder, up to
// his last closing entry.
func (l *Ledger) Receipt(ctx context.Context, d *db.DB, holder, caseID string, witnesses []string) ([]byte, error) {
	if _, err := l.Seal(ctx, d); err != nil {
		return nil, err
	}
	var out []byte
	var size int64
	err := d.Read(ctx, func(tx *db.Tx) error {
		r, n, err := l.build(tx, holder, caseID, witnesses)
		if err != nil {
			return err
		}
		text, err := Canon(r)
		out, size = []byte(text), n
		return err
	})
	if err != nil {
		return nil, err
	}
	err = d.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO ledger_export (holder, case_id, size) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, holder, caseID, size)
		return err
	})
	return out, err
}

func (l *Ledger) build(tx *db.Tx, holder, caseID string, witnesses []string) (Receipt, int64, error) {
	r := Receipt{Case: caseID, Earlier: []Earlier{}, Entries: []Proved{}, Format: Format, Holder: Tag(holder, caseID), Key: l.signer.Verifier, Witnesses: []string{}}
	rows, err := db.List[linked](tx, `SELECT l.n, l.entry_id, l.prev, l.salt, e.leaf, e.seq, e.kind FROM ledger_entry e JOIN ledger_link l ON l.entry_id = e.id AND l.holder = ? WHERE e.case_id = ? ORDER BY l.n`, holder, caseID)
	if err != nil {
		return r, 0, err
	}
	last := -1
	for i, row := range rows {
		if row.Seq != nil && strings.HasSuffix(row.Kind, Exported) {
			last = i
		}
	}
	if last < 0 {
		return r, 0, fault.New(fault.Conflict, "记录还在封存，请过几秒再导出。")
	}
	size, err := Size(tx)
	if err != nil {
		return r, 0, err
	}
	if r.Checkpoint, r.Witnesses, err = l.cosigned(tx, size, witnesses); err != nil {
		return r, 0, err
	}
	hs := newHashes(tx)
	for _, row := range rows[:last+1] {
		if row.Seq == nil {
			return r, 0, fault.New(fault.Conflict, "记录还在封存，请过几秒再导出。")
		}
		p, err := l.prove(tx, hs, size, row, holder)
		if err != nil {
			return r, 0, err
		}
		r.Entries = append(r.Entries, p)
	}
	r.Earlier, err = l.earlier(tx, hs, holder, caseID, size)
	return r, size, err
}

func (l *Ledger) prove(tx *db.Tx, hs *hashes, size int64, row linked, holder string) (Proved, error) {
	p := Proved{Leaf: row.Leaf, N: row.N, Prev: row.Prev, Salt: row.Salt, Seq: *row.Seq, Opened: []Opened{}}
	proof, err := tlog.ProveRecord(size, *row.Seq, hs)
	if err != nil {
		return p, fmt.Errorf("ledger: %w", err)
	}
	p.Proof = append([]tlog.Hash{}, proof...)
	type secret struct {
		Name  string `db:"name"`
		Salt  string `db:"salt"`
		Value string `db:"value"`
	}
	ss, err := db.List[secret](tx, `SELECT name, salt, value FROM ledger_secret WHERE entry_id = ? AND (holder = '' OR holder = ?) ORDER BY name`, row.Entry, holder)
	for _, s := range ss {
		p.Opened = append(p.Opened, Opened(s))
	}
	return p, err
}

// history is how many earlier receipts a new one connects to.
const history = 8

func (l *Ledger) earlier(tx *db.Tx, hs *hashes, holder, caseID string, size int64) ([]Earlier, error) {
	type row struct {
		Size int64  `db:"size"`
		Note string `db:"note"`
	}
	rows, err := db.List[row](tx, `SELECT x.size, c.note FROM ledger_export x JOIN ledger_checkpoint c ON c.size = x.size WHERE x.holder = ? AND x.case_id = ? AND x.size < ? ORDER BY x.size DESC LIMIT ?`, holder, caseID, size, history)
	out := []Earlier{}
	for _, r := range rows {
		proof, err := tlog.ProveTree(size, r.Size, hs)
		if err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
		out = append(out, Earlier{Checkpoint: r.Note, Proof: append([]tlog.Hash{}, proof...)})
	}
	return out, err
}

// cosigned returns the checkpoint of a size with the lines of those witnesses
// whose keys are given and who have signed it.
func (l *Ledger) cosigned(tx *db.Tx, size int64, keys []string) (string, []string, error) {
	text, err := db.One[string](tx, `SELECT note FROM ledger_checkpoint WHERE size = ?`, size)
	if err != nil {
		return "", nil, err
	}
	used := []string{}
	for _, k := range keys {
		if _, key, ok := strings.Cut(k, "="); ok { // "address=key", as in the settings
			k = key
		}
		v, err := Cosigner(k)
		if err != nil {
			return "", nil, err
		}
		line, ok, err := db.Maybe[string](tx, `SELECT line FROM ledger_cosignature WHERE size = ? AND witness = ?`, size, v.Name())
		if err != nil {
			return "", nil, err
		}
		if ok {
			text += line
			used = append(used, k)
		}
	}
	return text, used, nil
}

// Checkpoint returns the newest checkpoint and its size.
func Checkpoint(tx *db.Tx) (string, int64, error) {
	size, err := Size(tx)
	if err != nil || size == 0 {
		return "", 0, err
	}
	text, err := db.One[string](tx, `SELECT note FROM ledger_checkpoint WHERE size = ?`, size)
	return text, size, err
}

// Report is what checking a receipt found.
type Report struct {
	Fingerprint string   // of the court's key; compare it with the printed one
	Witnesses   []string // who cosigned
	Size        int64    // of the tree
	Case        string
	Entries     []Checked
}

// Checked is one verified entry in readable form.
type Checked struct {
	At     string // UTC, RFC 3339 with milliseconds
	Kind   string
	Title  string
	Court  string // court code
	Actor  string // tag of whoever acted, within this case
	Mine   bool   // the holder acted himself
	Body   map[string]any
	Opened []Opened
	Hidden []string // digests whose content this holder was not given
	Leaf   string
	Seq    int64
}

// Verify checks a receipt with nothing but its bytes. Alone it shows that what
// it holds was not altered, lacks nothing in the middle or at its end, and was
// signed with the key of Report.Fingerprint; it can't show whether the court
// kept another history for others. For that compare it with an earlier one
// ([Extends]) or ask the witnesses.
func Verify(b []byte) (Report, error) {
	var r Receipt
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return Report{}, fmt.Errorf("这不是一份记录文件: %w", err)
	}
	if again, err := Canon(r); err != nil || again != string(b) {
		return Report{}, fmt.Errorf("文件的写法和导出时不一样，被改动过")
	}
	if r.Format != Format {
		return Report{}, fmt.Errorf("不认识的格式 %q", r.Format)
	}
	if !r.whole() {
		return Report{}, fmt.Errorf("文件的写法和导出时不一样，被改动过")
	}
	rep := Report{Case: r.Case}
	root, err := checkCheckpoint(r.Checkpoint, r.Key, r.Witnesses, &rep)
	if err != nil {
		return rep, err
	}
	prev := ""
	for i, p := range r.Entries {
		c, err := checkEntry(r, p, int64(i+1), prev, rep.Size, root)
		if err != nil {
			return rep, fmt.Errorf("第 %d 条: %w", i+1, err)
		}
		rep.Entries = append(rep.Entries, c)
		prev = LeafHash(p.Leaf).String()
	}
	if err := checkClosing(rep.Entries); err != nil {
		return rep, err
	}
	for _, e := range r.Earlier {
		var old Report
		oldRoot, err := checkCheckpoint(e.Checkpoint, r.Key, nil, &old)
		if err != nil {
			return rep, fmt.Errorf("以前的校验点: %w", err)
		}
		if err := tlog.CheckTree(e.Proof, rep.Size, root, old.Size, oldRoot); err != nil {
			return rep, fmt.Errorf("现在的记录接不上以前的校验点: %w", err)
		}
	}
	return rep, nil
}

// whole refuses null where a list belongs: it would be a second way of
// writing the same receipt.
func (r *Receipt) whole() bool {
	ok := r.Earlier != nil && r.Entries != nil && r.Witnesses != nil
	for _, e := range r.Earlier {
		ok = ok && e.Proof != nil
	}
	for _, p := range r.Entries {
		ok = ok && p.Opened != nil && p.Proof != nil
	}
	return ok
}

func checkClosing(es []Checked) error {
	if len(es) == 0 {
		return fmt.Errorf("里面一条记录也没有")
	}
	last := es[len(es)-1]
	n, ok := last.Body["entries"].(float64)
	if !strings.HasSuffix(last.Kind, Exported) || !ok || int(n) != len(es) {
		return fmt.Errorf("末尾少了记录")
	}
	return nil
}

// strictVerifier refuses a key that is not written in its one form.
func strictVerifier(key string) (note.Verifier, error) {
	v, err := note.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("公钥不对: %w", err)
	}
	f := strings.Split(key, "+")
	if len(f) < 3 || f[1] != fmt.Sprintf("%08x", v.KeyHash()) || !strictBase64(strings.Join(f[2:], "+")) {
		return nil, fmt.Errorf("公钥的写法不对")
	}
	return v, nil
}

// checkCheckpoint verifies every signature on a checkpoint and returns its root.
func checkCheckpoint(text, key string, witnesses []string, rep *Report) (tlog.Hash, error) {
	v, err := strictVerifier(key)
	if err != nil {
		return tlog.Hash{}, err
	}
	list := []note.Verifier{v}
	for _, w := range witnesses {
		c, err := Cosigner(w)
		if err != nil {
			return tlog.Hash{}, err
		}
		list = append(list, c)
	}
	n, err := note.Open([]byte(text), note.VerifierList(list...))
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("校验点的签名不对: %w", err)
	}
	if len(n.UnverifiedSigs) > 0 || len(n.Sigs) != len(list) || n.Sigs[0].Name != v.Name() {
		return tlog.Hash{}, fmt.Errorf("校验点上的签名不全或来历不明")
	}
	again := n.Text + "\n"
	for _, s := range n.Sigs {
		if !strictBase64(s.Base64) {
			return tlog.Hash{}, fmt.Errorf("签名的写法不对")
		}
		again += "— " + s.Name + " " + s.Base64 + "\n"
	}
	if again != text {
		return tlog.Hash{}, fmt.Errorf("校验点的写法不对")
	}
	size, root, err := parseCheckpoint(n.Text, v.Name())
	if err != nil {
		return tlog.Hash{}, err
	}
	rep.Size, rep.Fingerprint = size, Fingerprint(key)
	for _, s := range n.Sigs[1:] {
		rep.Witnesses = append(rep.Witnesses, s.Name)
	}
	return root, nil
}

func parseCheckpoint(text, origin string) (int64, tlog.Hash, error) {
	var size int64
	var hash string
	f := strings.Split(text, "\n")
	if len(f) != 4 || f[0] != origin || f[3] != "" {
		return 0, tlog.Hash{}, fmt.Errorf("校验点的内容不对")
	}
	hash = f[2]
	if _, err := fmt.Sscanf(f[1], "%d", &size); err != nil || fmt.Sprint(size) != f[1] || size < 1 {
		return 0, tlog.Hash{}, fmt.Errorf("校验点的长度不对")
	}
	root, err := tlog.ParseHash(hash)
	return size, root, err
}

func checkEntry(r Receipt, p Proved, n int64, prev string, size int64, root tlog.Hash) (Checked, error) {
	if p.N != n || p.Prev != prev {
		return Checked{}, fmt.Errorf("和前一条接不上，中间少了记录")
	}
	if p.Seq < 0 || p.Seq >= size {
		return Checked{}, fmt.Errorf("位置不对")
	}
	if err := tlog.CheckRecord(p.Proof, size, root, p.Seq, LeafHash(p.Leaf)); err != nil {
		return Checked{}, fmt.Errorf("不在校验点的记录里: %w", err)
	}
	var lf leaf
	if err := json.Unmarshal([]byte(p.Leaf), &lf); err != nil {
		return Checked{}, fmt.Errorf("内容读不出来: %w", err)
	}
	if lf.Case != r.Case {
		return Checked{}, fmt.Errorf("是别的案件的记录")
	}
	want, found := Commit(p.Salt, r.Holder, p.N, p.Prev), false
	for _, l := range lf.Links {
		found = found || l == want
	}
	if !found {
		return Checked{}, fmt.Errorf("不是给这位持有人的第 %d 条", n)
	}
	c := Checked{At: lf.At, Kind: lf.Kind, Title: lf.Title, Court: lf.Court, Actor: lf.Actor, Mine: lf.Actor == r.Holder, Body: lf.Body, Opened: p.Opened, Leaf: p.Leaf, Seq: p.Seq}
	open := map[string]bool{}
	for _, o := range p.Opened {
		if open[o.Name] || lf.Digests[o.Name] != Digest(o.Salt, o.Name, o.Value) {
			return Checked{}, fmt.Errorf("“%s”的内容对不上", o.Name)
		}
		open[o.Name] = true
	}
	for _, name := range sortedKeys(lf.Digests) {
		if !open[name] {
			c.Hidden = append(c.Hidden, name)
		}
	}
	return c, nil
}

// Extends checks that newer continues older: same holder and case, the same
// entries in the same places, and a tree that only grew. An error means that
// one of the two shows a history that the other denies.
func Extends(older, newer []byte) error {
	ro, err := Verify(older)
	if err != nil {
		return fmt.Errorf("旧的一份: %w", err)
	}
	rn, err := Verify(newer)
	if err != nil {
		return fmt.Errorf("新的一份: %w", err)
	}
	var o, n Receipt
	if err := json.Unmarshal(older, &o); err != nil {
		return err
	}
	if err := json.Unmarshal(newer, &n); err != nil {
		return err
	}
	switch {
	case o.Case != n.Case || o.Holder != n.Holder:
		return fmt.Errorf("两份不是同一个人、同一个案件的记录")
	case o.Key != n.Key:
		return fmt.Errorf("两份用的公钥不一样")
	case rn.Size < ro.Size || len(rn.Entries) < len(ro.Entries):
		return fmt.Errorf("新的一份反而更短")
	}
	for i := range ro.Entries {
		if ro.Entries[i].Leaf != rn.Entries[i].Leaf || ro.Entries[i].Seq != rn.Entries[i].Seq {
			return fmt.Errorf("第 %d 条和以前导出的不一样，记录被改写过", i+1)
		}
	}
	if rn.Size == ro.Size {
		if textOf(o.Checkpoint) != textOf(n.Checkpoint) {
			return fmt.Errorf("同样长短的记录有两个不同的校验点，记录被改写过")
		}
		return nil
	}
	for _, e := range n.Earlier {
		if textOf(e.Checkpoint) == textOf(o.Checkpoint) {
			return nil // Verify has checked the proof
		}
	}
	return fmt.Errorf("新的一份没有接到旧的校验点上，记录可能被改写过")
}

// textOf drops the signatures: witnesses may have been added since.
func textOf(checkpoint string) string {
	text, _, _ := strings.Cut(checkpoint, "\n\n")
	return text
}
