package connect

import (
	"context"
	"errors"
	"time"

	"mashang/docket"
	"mashang/platform/db"
	"mashang/platform/exchange"
	"mashang/platform/fault"
	"mashang/platform/jobs"
)

// collectEvery is how long a letter may lie before it is looked at.
const collectEvery = time.Minute

// atOnce is how many letters of a way are taken in one round.
const atOnce = 200

// collect goes round the folders and buses of one system, forgets what has
// served its time, and comes again in a minute, until the system ends. One way
// that cannot be read does not keep it from the others.
func (s *Service) collect(ctx context.Context, j *jobs.Job) error {
	var yid string
	if err := j.Read(&yid); err != nil {
		return err
	}
	var y system
	var ws []way
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		if y, err = systemOf(tx, yid); err != nil {
			return err
		}
		ws, err = db.List[way](tx, `SELECT `+wayCols+wayFrom+`WHERE w.system_id = ? AND w.ended_at = 0 AND w.kind <> ? ORDER BY w.id`, yid, byWebhook)
		return err
	})
	if err != nil || !y.live(s.k.Now()) {
		return err
	}
	for _, w := range ws {
		visit := s.visit
		if w.Kind == byBus {
			visit = s.drain
		}
		if err := visit(ctx, w, y); err != nil {
			s.k.Log.Warn("connect: a way could not be read", "way", w.ID, "err", err)
		}
	}
	return s.k.Note(ctx, func(tx *db.Tx) error {
		if err := forget(tx); err != nil {
			return err
		}
		if err := s.round(tx, yid, collectEvery); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// round has a system's folders and buses looked at after a while.
func (s *Service) round(tx *db.Tx, system string, after time.Duration) error {
	return s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "connect.collect", Body: system, At: tx.Now().Add(after)})
}

// forget drops what is old and settled.
func forget(tx *db.Tx) error {
	old := tx.Now().Add(-keep)
	for _, q := range []string{
		`DELETE FROM connect_received WHERE at < ?`,
		`DELETE FROM connect_letter WHERE state IN ('sent', 'taken', 'dropped') AND event_id IN (SELECT id FROM connect_event WHERE at < ?)`,
		`DELETE FROM connect_event WHERE at < ? AND NOT EXISTS (SELECT 1 FROM connect_letter l WHERE l.event_id = connect_event.id)`,
	} {
		if _, err := tx.Exec(q, old); err != nil {
			return err
		}
	}
	return nil
}

// visit does what is to be done at a folder: our letters that were acknowledged,
// letters to us, our acknowledgements that have served.
func (s *Service) visit(ctx context.Context, w way, y system) error {
	in, out := s.in(w), s.out(w)
	if err := errors.Join(in.Make(), out.Make()); err != nil { // so that the path on the page is there
		return err
	}
	if err := errors.Join(s.acknowledged(ctx, w, y), s.takeBack(ctx, w, y)); err != nil {
		return err
	}
	seqs, err := in.Letters()
	if err != nil || y.allowed("send") != nil {
		return err
	}
	lies, next := map[int64]bool{}, w.Taken+1
	for _, n := range seqs[:min(len(seqs), atOnce)] {
		lies[n] = true
		if n > next { // one before it is still on its way
			break
		}
		if err := s.one(ctx, w, y, n); err != nil {
			return err
		}
		next = max(next, n+1)
	}
	acks, err := out.Acks()
	if err != nil {
		return err
	}
	for _, n := range acks {
		if n < next && !lies[n] && len(seqs) <= atOnce {
			if err := out.Remove(exchange.Ack(n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// errLetter is what the administrator reads of a file that is not a letter.
var errLetter = fault.New(fault.Invalid, "文件的签名对不上、格式不对或者太大，没有收。请对方用同一个序号重新放一份。")

// one takes letter n, if it is new, and acknowledges it. A file that the system
// did not sign, or signed for somebody else, is listed once and waits to be
// replaced: what comes after it is not taken before it.
func (s *Service) one(ctx context.Context, w way, y system, n int64) error {
	file, ok, err := s.in(w).Read(exchange.Letter(n))
	if err == nil && !ok {
		return nil
	}
	bad := errors.Is(err, exchange.ErrSize) || errors.Is(err, exchange.ErrForm)
	if err != nil && !bad {
		return err
	}
	var e exchange.Envelope
	if !bad {
		e, err = exchange.Open(file, y.PublicKey)
		bad = err != nil || e.Ack || e.Seq != n || e.From != y.ID || e.To != w.Court
	}
	switch {
	case bad && n <= w.Taken: // it was taken when it was right
		return nil
	case bad:
		return errors.Join(errLetter, s.k.Note(ctx, func(tx *db.Tx) error {
			return s.noteFile(tx, y, event{Source: w.ID, ID: exchange.Letter(n) + digest(string(file)), Type: "?"}, byFolder, errLetter.Show, place(w, n))
		}))
	}
	said := "taken"
	if n > w.Taken {
		mark := func(tx *db.Tx) error {
			if _, err := tx.Exec(`INSERT INTO connect_mark (id, sent, taken, used_at) VALUES (?, 0, ?, 0) ON CONFLICT (id) DO UPDATE SET taken = excluded.taken`, w.ID, n); err != nil {
				return err
			}
			return replaced(tx, y, place(w, n))
		}
		var o outcome
		if e.Body == "" { // what it held is not to be told any more
			err = s.k.Note(ctx, mark)
		} else {
			o, err = s.take(s.as(ctx, y), []byte(e.Body), byFolder, mark)
		}
		switch {
		case err == nil && e.Body == "":
		case err == nil:
			said = o.Outcome
		case refused(err):
			said = "refused"
		default:
			return err
		}
	}
	if _, there, err := s.out(w).Read(exchange.Ack(n)); err != nil || there {
		return err
	}
	ack, err := s.key.Seal(exchange.Envelope{Ack: true, At: s.k.Now().UTC().Format(time.RFC3339), Body: said, From: w.Court, ID: e.ID, Seq: n, To: y.ID})
	if err != nil {
		return err
	}
	return s.out(w).Write(exchange.Ack(n), ack)
}

// place is where letter n of a way is put.
func place(w way, n int64) string { return w.ID + "/" + exchange.Letter(n) }

// takeBack empties our letters that still lie there and tell of a case that was
// sealed since. What the other side has fetched by then cannot be unsaid.
func (s *Service) takeBack(ctx context.Context, w way, y system) error {
	var ls []letter
	err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		ls, err = db.List[letter](tx, `SELECT `+letterCols+letterFrom+`WHERE l.way_id = ? AND l.state = 'sent' AND c.secrecy = ? AND e.type <> ? ORDER BY l.seq LIMIT ?`, w.ID, docket.Sealed, typeWithdrawn, atOnce)
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range ls {
		_, there, err := s.out(w).Read(exchange.Letter(l.Seq))
		if err == nil && there {
			err = s.write(l, w, y, "")
		}
		if err == nil && there {
			err = s.k.Note(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE connect_letter SET state = 'dropped', reason = ?, moved_at = ? WHERE id = ? AND state = 'sent'`, "案件封存了，还没取走的这一条收了回来。", tx.Now(), l.ID)
				return err
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// acknowledged notes which of our letters the system took, and takes their
// files away. What else lies there is not ours to wait for.
func (s *Service) acknowledged(ctx context.Context, w way, y system) error {
	seqs, err := s.out(w).Letters()
	if err != nil {
		return err
	}
	for _, n := range seqs {
		file, ok, err := s.in(w).Read(exchange.Ack(n))
		if err != nil || !ok {
			continue
		}
		e, err := exchange.Open(file, y.PublicKey)
		if err != nil || !e.Ack || e.Seq != n || e.From != y.ID || e.To != w.Court {
			continue
		}
		err = s.k.Note(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE connect_letter SET state = 'taken', moved_at = ? WHERE way_id = ? AND seq = ? AND event_id = ? AND state = 'sent'`, tx.Now(), w.ID, n, e.ID)
			return err
		})
		if err != nil {
			return err
		}
		if err := s.out(w).Remove(exchange.Letter(n)); err != nil {
			return err
		}
	}
	return nil
}
