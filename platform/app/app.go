// Package app assembles services into one program. It knows what a service
// needs from the house and knows none of them by name.
//
// [Kit] is what every service is given: the database behind Do, Note and
// Read, the ledger, the queue, the clock, the blobs, the vault. [Program]
// migrates, mounts and runs whatever list it is handed.
package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"mashang/platform/auth"
	"mashang/platform/blob"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/live"
	"mashang/platform/notify"
	"mashang/platform/vault"
	"mashang/platform/web"
)

// Kit is the house as a service sees it.
type Kit struct {
	DB     *db.DB
	Clock  clock.Clock
	Ledger *ledger.Ledger
	Jobs   *jobs.Queue
	Blob   blob.Store
	Vault  *vault.Vault
	Notify *notify.Notifier
	Live   *live.Hub
	Config config.Config
	Log    *slog.Logger

	PushKey string // by which browsers know this court; empty: it does not ring on phones

	// Fail, when a test sets it, may fail an act after its last statement: all
	// that the act did must then vanish. No program sets it.
	Fail func(tx *db.Tx) error

	technical []string
	hears     map[string][]hearing
}

type hearing struct {
	kind string
	when func(tx *db.Tx, caseID string) (bool, error)
}

// Fact is something that happened and that other services may hear about.
// Its case is the lane: facts of one case are heard in order.
type Fact interface {
	FactName() string
	FactCase() string
}

// Hearing is a service's interest in a fact.
type Hearing struct {
	Fact string
	Do   func(ctx context.Context, j *jobs.Job) error
	// If, when there is one, is asked in the act that tells of a case: is there
	// anything to do? Most of what nobody needs never becomes a job.
	If func(tx *db.Tx, caseID string) (bool, error)
}

// Service is everything the house needs in order to run one service.
type Service struct {
	Name      string // folder, package, URL, table, ledger and job prefix
	Title     string // the words on the door
	Schema    fs.FS
	Routes    func(*web.Router)
	Kinds     []ledger.Kind
	Jobs      map[string]jobs.Handler // by full kind, "service.what"
	Outside   []string                // those of them that wait for somebody outside
	Hears     []Hearing
	Technical []string                        // tables that hold no case state (sessions, attempts); changed through Note
	Start     func(ctx context.Context) error // after everything is mounted, before serving
}

// Now returns the instant of the act.
func (k *Kit) Now() time.Time { return k.Clock.Now() }

// ledgered are the writes that are not changes of state by themselves.
var house = []string{"jobs_", "ledger_", "web_", "platform_", "notify_"}

// Do runs an act: all or nothing, durable when it returns, once per form, and
// with exactly one ledger entry if it changed anything.
func (k *Kit) Do(ctx context.Context, f func(tx *db.Tx) error) error {
	return k.act(ctx, func(tx *db.Tx) error {
		if err := k.once(tx); err != nil {
			return err
		}
		if err := f(tx); err != nil {
			return err
		}
		entries, change := k.changes(tx)
		if change != "" && entries != 1 {
			return fmt.Errorf("app: %q with %d ledger entries; an act has exactly one", change, entries)
		}
		return k.fail(tx)
	})
}

// Note keeps the house's own books (sessions, attempts, reading positions):
// no ledger entry, and no table of a service's state may change.
func (k *Kit) Note(ctx context.Context, f func(tx *db.Tx) error) error {
	return k.act(ctx, func(tx *db.Tx) error {
		if err := k.once(tx); err != nil {
			return err
		}
		if err := f(tx); err != nil {
			return err
		}
		if _, change := k.changes(tx); change != "" {
			return fmt.Errorf("app: %q is a change of state and needs Do", change)
		}
		return k.fail(tx)
	})
}

// races is how often an act that lost a race is tried.
const races = 10

// act runs f, again when it lost a race: on PostgreSQL two acts may both find
// no row (a person new to the court, a code not yet made) and both make one.
// The loser, tried again, finds the winner's.
func (k *Kit) act(ctx context.Context, f func(tx *db.Tx) error) (err error) {
	for range races {
		if err = k.DB.Do(ctx, f); !db.Unique(err) {
			return disk(err)
		}
	}
	return err
}

// disk says in plain words that there is no room left, or that the disk does not
// keep what it takes. What can be read is read on.
func disk(err error) error {
	if errors.Is(err, db.ErrLost) {
		return fault.Wrap(fault.Unavailable, "法院的机器出了故障，现在只能看，不能提交。请按“返回”，写的话还在，过一会儿再交；着急的请打法院电话。", err)
	}
	if db.Full(err) {
		return fault.Wrap(fault.Unavailable, "法院的机器存满了，现在只能看，不能提交；刚才这一步没有存下。请按“返回”，写的话还在，过一会儿再交。", err)
	}
	return err
}

func (k *Kit) fail(tx *db.Tx) error {
	if k.Fail == nil {
		return nil
	}
	return k.Fail(tx)
}

// Read runs f on a snapshot.
func (k *Kit) Read(ctx context.Context, f func(tx *db.Tx) error) error { return k.DB.Read(ctx, f) }

// changes counts ledger entries and names the first change of state.
func (k *Kit) changes(tx *db.Tx) (entries int, change string) {
	for _, w := range tx.Wrote() {
		if w.Table == "ledger_entry" && w.Verb == "INSERT" {
			entries++
		}
		if change == "" && !k.isTechnical(w.Table) {
			change = w.Verb + " " + w.Table
		}
	}
	return entries, change
}

func (k *Kit) isTechnical(table string) bool {
	for _, p := range house {
		if strings.HasPrefix(table, p) {
			return true
		}
	}
	for _, t := range k.technical {
		if table == t {
			return true
		}
	}
	return false
}

// once makes a form that is sent twice happen once: its key is inserted in
// the transaction of its act.
func (k *Kit) once(tx *db.Tx) error {
	key := web.Idempotency(tx.Context())
	if key == "" {
		return nil
	}
	n, err := tx.Exec(`INSERT INTO web_idempotency (key, at, target) VALUES (?, ?, '') ON CONFLICT DO NOTHING`, key, tx.Now())
	if err == nil && n == 0 {
		err = web.ErrRepeated
	}
	return err
}

// Alone returns ctx for a further transaction of the same request, which must
// not be taken for a repetition of the first.
func Alone(ctx context.Context) context.Context { return web.WithIdempotency(ctx, "") }

// Actor is the person id that the ledger gets for whoever acts in ctx.
func Actor(ctx context.Context) string {
	a := auth.From(ctx)
	if a.System != "" {
		return "system:" + a.System
	}
	if a.Peer != "" {
		return "peer:" + a.Peer
	}
	return a.Person
}

// Confide records what only its writer may ever know to exist: the entry stands
// in a chain of the writer's own, of no court and no case, and its actor is a
// keyed digest, so that nobody finds it by listing or counting. The leaf binds
// the words by their digest. kind is one whose audience is [ledger.Named].
func (k *Kit) Confide(tx *db.Tx, kind, person, words string) error {
	tx.Quiet()
	who := k.Vault.Find(kind, person)
	h := sha256.Sum256([]byte(words))
	_, err := k.Ledger.Append(tx, ledger.Entry{Kind: kind, Case: who, Actor: who, Holders: []string{who}, Body: map[string]any{"words": hex.EncodeToString(h[:])}})
	return err
}

// Tell lets every listener hear f once, in order per case, after tx commits.
// Of what another system did the job says which, under "system": it need not be
// told what it said itself.
func (k *Kit) Tell(tx *db.Tx, f Fact) error {
	body := any(f)
	if peer := auth.From(tx.Context()).Peer; peer != "" {
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		said := map[string]any{}
		if err := json.Unmarshal(b, &said); err != nil {
			return err
		}
		said["system"] = peer
		body = said
	}
	for _, h := range k.hears[f.FactName()] {
		if h.when != nil {
			if wanted, err := h.when(tx, f.FactCase()); err != nil || !wanted {
				if err != nil {
					return err
				}
				continue
			}
		}
		if err := k.Jobs.Enqueue(tx, jobs.Spec{Kind: h.kind, Lane: f.FactCase(), Body: body}); err != nil {
			return err
		}
	}
	return nil
}

// Hear decodes the fact that a listener's job carries.
func Hear[F Fact](j *jobs.Job) (F, error) {
	var f F
	err := json.Unmarshal([]byte(j.Body), &f)
	return f, err
}

// Mount migrates every service, declares what it records and does, and adds
// its routes. It refuses a service whose parts do not carry its name.
func (k *Kit) Mount(ctx context.Context, rt *web.Router, services []Service) error {
	for _, s := range services {
		if err := k.mount(ctx, rt, s); err != nil {
			return fmt.Errorf("app: %s: %w", s.Name, err)
		}
	}
	return nil
}

func (k *Kit) mount(ctx context.Context, rt *web.Router, s Service) error {
	if s.Schema != nil {
		if err := k.DB.Migrate(ctx, s.Name, s.Schema); err != nil {
			return err
		}
	}
	for _, kind := range s.Kinds {
		if !strings.HasPrefix(kind.Name, s.Name+".") {
			return fmt.Errorf("ledger kind %q does not carry the service's name", kind.Name)
		}
	}
	if err := k.Ledger.Declare(s.Kinds...); err != nil {
		return err
	}
	k.technical = append(k.technical, s.Technical...)
	for kind, h := range s.Jobs {
		if !strings.HasPrefix(kind, s.Name+".") {
			return fmt.Errorf("job %q does not carry the service's name", kind)
		}
		if err := k.Jobs.Handle(kind, h); err != nil {
			return err
		}
	}
	for _, kind := range s.Outside {
		k.Jobs.Outside(kind)
	}
	for _, h := range s.Hears {
		kind := s.Name + ".hears." + h.Fact
		if err := k.Jobs.Handle(kind, h.Do); err != nil {
			return err
		}
		k.hears[h.Fact] = append(k.hears[h.Fact], hearing{kind, h.If})
	}
	if s.Routes != nil && rt != nil {
		s.Routes(rt)
	}
	return nil
}

// Start lets every service begin its recurring work.
func (k *Kit) Start(ctx context.Context, services []Service) error {
	for _, s := range services {
		if s.Start == nil {
			continue
		}
		if err := s.Start(ctx); err != nil {
			return fmt.Errorf("app: %s: %w", s.Name, err)
		}
	}
	return nil
}

// Seal keeps the ledger sealed until ctx ends: soon after an entry, at most
// twice a second, and more often while pages are open that want to hear of it.
func (k *Kit) Seal(ctx context.Context) {
	for {
		n, err := k.Ledger.Seal(ctx, k.DB)
		if err != nil && ctx.Err() == nil {
			k.Log.Error("sealing failed", "err", err)
		}
		if n > 0 {
			k.Live.Wake()
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(k.Live.Pause()):
		}
		select {
		case <-ctx.Done():
			return
		case <-k.Ledger.Woken():
		case <-time.After(30 * time.Second):
		}
	}
}

// Went stores, in the act itself, where its form leads, so that sending it
// again leads there too.
func (k *Kit) Went(tx *db.Tx, target string) error {
	key := web.Idempotency(tx.Context())
	if key == "" {
		return nil
	}
	_, err := tx.Exec(`UPDATE web_idempotency SET target = ? WHERE key = ?`, target, key)
	return err
}

// Target is where a repeated form went the first time.
func (k *Kit) Target(ctx context.Context, key string) string {
	var to string
	err := k.DB.Read(ctx, func(tx *db.Tx) (err error) {
		to, _, err = db.Maybe[string](tx, `SELECT target FROM web_idempotency WHERE key = ?`, key)
		return err
	})
	if err != nil {
		return ""
	}
	return to
}

// ErrDemo is returned by whatever must never happen over a real data folder.
var ErrDemo = errors.New("app: this is not a demo data folder")
