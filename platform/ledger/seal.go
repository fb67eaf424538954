package ledger

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/db"
	"mashang/platform/vault"
)

// Signer holds the key of the ledger.
type Signer struct {
	note.Signer
	Verifier string // verifier key of sumdb/note, safe to publish
	Origin   string // first line of each checkpoint
}

// NewSigner reads, or makes, the signing key in the folder of keys. The ledger
// is named after its key, so that the name is as hard to forge as the key.
func NewSigner(keys string) (*Signer, error) {
	seed, err := vault.KeyFile(keys, "ledger.key")
	if err != nil {
		return nil, err
	}
	priv := ed25519.NewKeyFromSeed(seed)
	h := sha256.Sum256(priv.Public().(ed25519.PublicKey))
	name := "mashang/" + hex.EncodeToString(h[:8])
	vkey, err := note.NewEd25519VerifierKey(name, priv.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	const ed25519Alg = 1 // of sumdb/note
	hash := strings.Split(vkey, "+")[1]
	s, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{ed25519Alg}, seed...)))
	if err != nil {
		return nil, fmt.Errorf("ledger: key: %w", err)
	}
	return &Signer{Signer: s, Verifier: vkey, Origin: name}, nil
}

// Fingerprint is the short form of the ledger's key that stands on every
// 码上通告知书: 32 hexadecimal digits of SHA-256 over the verifier key.
func (s *Signer) Fingerprint() string { return Fingerprint(s.Verifier) }

// Fingerprint of a verifier key, in groups of four.
func Fingerprint(vkey string) string {
	h := sha256.Sum256([]byte(vkey))
	x := strings.ToUpper(hex.EncodeToString(h[:16]))
	var g []string
	for i := 0; i < len(x); i += 4 {
		g = append(g, x[i:i+4])
	}
	return strings.Join(g, " ")
}

// sealBatch bounds how long one sealing holds the writer.
const sealBatch = 400

type pending struct {
	ID   string    `db:"id"`
	At   time.Time `db:"at"`
	Kind string    `db:"kind"`
	Leaf string    `db:"leaf"`
}

// unnoticed is how long quiet entries wait for others to be sealed with.
const unnoticed = 24 * time.Hour

// alone reports whether only quiet entries wait, and can wait longer: whoever
// watches the checkpoints must not see one come.
func (l *Ledger) alone(list []pending) bool {
	for _, p := range list {
		if !l.kinds[p.Kind].Quiet || l.clock.Now().Sub(p.At) > unnoticed {
			return false
		}
	}
	return len(list) < sealBatch
}

// Seal numbers, hashes and signs what waits, and returns how many entries it
// sealed. One sealer runs at a time: on PostgreSQL an advisory lock sees to it.
func (l *Ledger) Seal(ctx context.Context, d *db.DB) (int, error) {
	total := 0
	for {
		n := 0
		err := d.Do(ctx, func(tx *db.Tx) (err error) {
			n, err = l.sealSome(tx)
			return err
		})
		total += n
		if err != nil || n < sealBatch {
			return total, err
		}
	}
}

func (l *Ledger) sealSome(tx *db.Tx) (int, error) {
	if tx.Postgres() {
		if _, err := tx.Exec(`SELECT pg_advisory_xact_lock(7262)`); err != nil {
			return 0, err
		}
	}
	list, err := waiting(tx)
	if err != nil {
		return 0, err
	}
	if l.alone(list) {
		tx.Quiet()
		return 0, nil
	}
	if covered, err := l.cover(tx, len(list)); err != nil {
		return 0, err
	} else if covered {
		if list, err = waiting(tx); err != nil {
			return 0, err
		}
	}
	size, err := Size(tx)
	if err != nil {
		return 0, err
	}
	hashes := newHashes(tx)
	for i, p := range list {
		hs, err := tlog.StoredHashesForRecordHash(size+int64(i), LeafHash(p.Leaf), hashes)
		if err != nil {
			return 0, fmt.Errorf("ledger: %w", err)
		}
		hashes.add(tlog.StoredHashIndex(0, size+int64(i)), hs)
	}
	if err := hashes.flush(tx); err != nil {
		return 0, err
	}
	if err := number(tx, size, list); err != nil {
		return 0, err
	}
	return len(list), l.checkpoint(tx, size+int64(len(list)), hashes)
}

func waiting(tx *db.Tx) ([]pending, error) {
	return db.List[pending](tx, `SELECT id, at, kind, leaf FROM ledger_entry WHERE seq IS NULL ORDER BY at, id LIMIT ?`, sealBatch)
}

// Cover is the kind of entries that say nothing. Without them, whoever knows
// which entries were made in the open could subtract them from the growth of
// the tree and be left with the number of the quiet ones.
const Cover = "ledger.cover"

// cover adds, to one sealing in two, one empty entry or more: one with the
// chance of a half, two with a quarter, and so on.
func (l *Ledger) cover(tx *db.Tx, n int) (bool, error) {
	if !l.hides { // no kind is quiet
		return false, nil
	}
	coins := make([]byte, 1)
	if _, err := rand.Read(coins); err != nil {
		return false, fmt.Errorf("ledger: %w", err)
	}
	more := bits.TrailingZeros8(coins[0])
	if n+more > sealBatch {
		return false, nil // a full batch hides enough
	}
	for range more {
		if _, err := l.Append(tx, Entry{Kind: Cover, Actor: "system:ledger.seal"}); err != nil {
			return false, err
		}
	}
	return more > 0, nil
}

// number gives the batch its places in one statement.
func number(tx *db.Tx, size int64, list []pending) error {
	var q strings.Builder
	var args []any
	for i, p := range list {
		if i > 0 {
			q.WriteByte(',')
		}
		q.WriteString("(CAST(? AS TEXT), CAST(? AS BIGINT))")
		args = append(args, p.ID, size+int64(i))
	}
	// +seq keeps SQLite from walking all that waits for each row of the batch:
	// a row is found by its id.
	n, err := tx.Exec(`UPDATE ledger_entry SET seq = v.column2 FROM (VALUES `+q.String()+`) AS v WHERE id = v.column1 AND +seq IS NULL`, args...)
	if err == nil && int(n) != len(list) {
		err = errors.New("ledger: another sealer was at work")
	}
	return err
}

func (l *Ledger) checkpoint(tx *db.Tx, size int64, r tlog.HashReader) error {
	root, err := tlog.TreeHash(size, r)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", l.signer.Origin, size, root)
	signed, err := note.Sign(&note.Note{Text: text}, l.signer)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO ledger_checkpoint (size, at, note) VALUES (?, ?, ?)`, size, l.clock.Now(), string(signed))
	return err
}

// Size is the number of sealed entries.
func Size(tx *db.Tx) (int64, error) {
	return db.One[int64](tx, `SELECT COALESCE(MAX(size), 0) AS size FROM ledger_checkpoint`)
}

// hashes reads stored hashes of the tree, and keeps those of this batch until
// they are written in one statement.
type hashes struct {
	tx  *db.Tx
	own map[int64]tlog.Hash
	new []int64
}

func newHashes(tx *db.Tx) *hashes { return &hashes{tx: tx, own: map[int64]tlog.Hash{}} }

func (h *hashes) add(first int64, list []tlog.Hash) {
	for i, x := range list {
		h.own[first+int64(i)] = x
		h.new = append(h.new, first+int64(i))
	}
}

type stored struct {
	Idx  int64  `db:"idx"`
	Hash string `db:"hash"`
}

// ReadHashes implements tlog.HashReader.
func (h *hashes) ReadHashes(idx []int64) ([]tlog.Hash, error) {
	var missing []int64
	for _, i := range idx {
		if _, ok := h.own[i]; !ok {
			missing = append(missing, i)
		}
	}
	for len(missing) > 0 {
		part := missing[:min(len(missing), 500)]
		missing = missing[len(part):]
		l, err := db.List[stored](h.tx, `SELECT idx, hash FROM ledger_hash WHERE idx IN (`+db.In(len(part))+`)`, db.Args(part)...)
		if err != nil {
			return nil, err
		}
		for _, s := range l {
			x, err := tlog.ParseHash(s.Hash)
			if err != nil {
				return nil, err
			}
			h.own[s.Idx] = x
		}
	}
	out := make([]tlog.Hash, len(idx))
	for n, i := range idx {
		x, ok := h.own[i]
		if !ok {
			return nil, fmt.Errorf("ledger: hash %d is missing", i)
		}
		out[n] = x
	}
	return out, nil
}

func (h *hashes) flush(tx *db.Tx) error {
	for len(h.new) > 0 {
		part := h.new[:min(len(h.new), 400)]
		h.new = h.new[len(part):]
		args := make([]any, 0, 2*len(part))
		for _, i := range part {
			args = append(args, i, h.own[i].String())
		}
		if _, err := tx.Exec(`INSERT INTO ledger_hash (idx, hash) VALUES `+strings.TrimSuffix(strings.Repeat("(?,?),", len(part)), ","), args...); err != nil {
			return err
		}
	}
	return nil
}
