package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/db"
)

// AuditReport is what a full check of a ledger found. Counts are rows.
type AuditReport struct {
	Fingerprint  string    // of the key that signed the checkpoints
	Size         int64     // sealed entries, by the newest checkpoint
	Root         tlog.Hash // of the tree of that size, computed from the entries
	Checkpoint   string    // the newest, as signed; keep it elsewhere and give it to the next audit
	Entries      int64     // sealed entries whose hashes were computed
	Pending      int64     // entries that wait for the sealer; nothing proves these yet
	Hashes       int64     // stored hashes compared with computed ones
	Checkpoints  int64     // stored checkpoints: signature, and root at their size
	Cosignatures int64     // lines of witnesses whose key was given
	Chains       int64     // holders' chains, one per person and case
	Links        int64     // places in chains whose commitment opened
	Secrets      int64     // private values that match their digest
	Erased       int64     // digests whose value is gone, as erasure leaves them
	Outside      int64     // checkpoints from outside that this tree extends
	Faults       []Fault   // at most 200
	More         int64     // faults beyond those
}

// Fault is one thing that is not as it was sealed.
type Fault struct {
	Kind  string // what was done, in one word; see the Fault… constants
	Where string // entry, size, chain or index
	Text  string // in plain Chinese
}

// Kinds of faults.
const (
	FaultEdited     = "edited"     // an entry's content is not what was sealed
	FaultMissing    = "missing"    // an entry that was sealed is gone
	FaultExtra      = "extra"      // something is there that was never sealed
	FaultColumn     = "column"     // a copied column contradicts the sealed content
	FaultHash       = "hash"       // a stored hash of the tree is wrong
	FaultCheckpoint = "checkpoint" // a checkpoint is forged or does not fit the entries
	FaultRollback   = "rollback"   // the ledger was longer than it is now
	FaultChain      = "chain"      // a holder's chain was changed
	FaultSecret     = "secret"     // a private value does not match its digest
	FaultOutside    = "outside"    // the tree does not extend a checkpoint kept elsewhere
)

// OK reports whether nothing was found.
func (r *AuditReport) OK() bool { return len(r.Faults) == 0 }

func (r *AuditReport) fault(kind, where, format string, args ...any) {
	if len(r.Faults) >= 200 {
		r.More++
		return
	}
	r.Faults = append(r.Faults, Fault{kind, where, fmt.Sprintf(format, args...)})
}

// Outside is what an audit knows from elsewhere. Only this shows a ledger
// that was cut back, or rewritten with its own key, as a whole.
type Outside struct {
	Seen      []string // checkpoints of this ledger: from receipts, witnesses, earlier audits
	Witnesses []string // verifier keys of witnesses whose lines are kept in the database
}

// Audit recomputes the whole ledger in d from the texts of its entries and
// compares everything that is stored with it; vkey is the verifier key of the
// ledger. It reads one snapshot, beside a running server. An error means that
// the check could not be made; what the check found is in the report.
//
// The database alone can't show that all of it was replaced by an older copy,
// or signed anew by whoever holds the key: give [AuditWith] a checkpoint that
// was kept elsewhere.
func Audit(ctx context.Context, d *db.DB, vkey string) (AuditReport, error) {
	return AuditWith(ctx, d, vkey, Outside{})
}

// AuditWith is [Audit] with knowledge from outside the database.
func AuditWith(ctx context.Context, d *db.DB, vkey string, out Outside) (AuditReport, error) {
	v, err := strictVerifier(vkey)
	if err != nil {
		return AuditReport{}, err
	}
	a := &audit{rep: AuditReport{Fingerprint: Fingerprint(vkey)}, key: v, chains: map[string]*place{}, late: map[string][]late{}}
	if err := a.seen(out.Seen); err != nil {
		return a.rep, err
	}
	err = d.Read(ctx, func(tx *db.Tx) error {
		if err := a.walk(ctx, d, tx); err != nil {
			return err
		}
		return a.tables(tx, out.Witnesses)
	})
	if err != nil {
		return a.rep, fmt.Errorf("ledger: audit: %w", err)
	}
	return a.rep, nil
}

// audit is a check under way.
type audit struct {
	rep     AuditReport
	key     note.Verifier
	tree    frontier
	outside map[int64][]tlog.Hash // roots known from elsewhere, by size
	chains  map[string]*place     // by tag
	late    map[string][]late     // links that came before their turn
	links   int64                 // rows met in ledger_link
	secrets int64                 // rows met in ledger_secret
}

// walk reads all entries and their companions in the snapshot of tx and
// checks them on a second goroutine, while a third reads the stored hashes.
func (a *audit) walk(ctx context.Context, d *db.DB, tx *db.Tx) error {
	size, err := Size(tx)
	if err != nil {
		return err
	}
	a.rep.Size = size
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	hashes, pages := make(chan []stored, 2), make(chan *page, 2)
	var hashErr error
	wg.Go(func() { hashErr = readHashes(ctx, d, size, hashes) })
	wg.Go(func() { a.check(pages, &shelf{in: hashes}) })
	err = readPages(tx, pages)
	close(pages)
	if err != nil {
		stop()
	}
	wg.Wait()
	stop()
	return errors.Join(err, hashErr)
}
