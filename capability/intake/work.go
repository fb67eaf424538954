package intake

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"mashang/docket/record"
	"mashang/law/caseno"
	"mashang/platform/app"
	"mashang/platform/blob"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// The work is done by a chain of short jobs. Jobs are taken in the order in
// which they are due, so that between two links whatever else is due (a code
// that somebody waits for, what follows from the cases just taken) has its
// turn, and the queue never grows with the list.
const (
	readAtOnce  = 100 // cases written down in one act
	tryAtOnce   = 20
	carryAtOnce = 10
	eraseAtOnce = 200
)

// of reads which batch a job is about, and the batch.
func (s *Service) of(ctx context.Context, j *jobs.Job) (b batch, err error) {
	var batchID string
	if err := j.Read(&batchID); err != nil {
		return b, err
	}
	err = s.k.Read(ctx, func(tx *db.Tx) (err error) { b, err = batchOf(tx, batchID); return err })
	return b, err
}

// read puts the lines of a list into cases and writes them down, sealed.
func (s *Service) read(ctx context.Context, j *jobs.Job) error {
	b, err := s.of(ctx, j)
	if err != nil {
		return err
	}
	file, err := s.k.OpenSealed(ctx, "intake.list", b.Digest)
	if err != nil {
		return err
	}
	l, err := readList([]byte(file))
	if err != nil {
		return err
	}
	items := group(l.lines)
	for at := 0; at < len(items); at += readAtOnce {
		part := items[at:min(at+readAtOnce, len(items))]
		if err := s.k.Note(ctx, func(tx *db.Tx) error { return s.writeDown(tx, b.ID, at, part) }); err != nil {
			return err
		}
	}
	return s.k.Note(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE intake_batch SET state = 'trying' WHERE id = ? AND state = 'reading'`, b.ID); err != nil {
			return err
		}
		return s.on(tx, j, b.ID)
	})
}

// on plans the next link of the chain and finishes this one.
func (s *Service) on(tx *db.Tx, j *jobs.Job, batchID string) error {
	kind := j.Kind
	if kind == "intake.read" {
		kind = "intake.try"
	}
	if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: kind, Lane: batchID, Body: batchID}); err != nil {
		return err
	}
	return j.Finish(tx)
}

func (s *Service) writeDown(tx *db.Tx, batchID string, from int, items []*item) error {
	var rows db.Rows
	for i, it := range items {
		text, err := json.Marshal(it.c)
		if err != nil {
			return err
		}
		number, sealed := it.c.Number, s.k.Vault.Seal("intake.record", string(text))
		if !caseno.Valid(number) { // whatever stands there
			number = ""
		}
		if it.bad == nil {
			it.bad = []remark{}
		}
		rows.Add(batchID, from+i, db.JSON[[]int]{V: it.lines}, number, sealed, db.JSON[map[string]int]{V: it.places}, "waiting", db.JSON[[]remark]{V: it.bad}, "")
	}
	return rows.Insert(tx, `intake_item (`+itemCols+`)`, `ON CONFLICT DO NOTHING`)
}

func (s *Service) record(f found) (r record.Case, err error) {
	text, err := s.k.Vault.Open("intake.record", f.Record)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(text), &r)
}

// errTried ends an act that was only tried.
var errTried = errors.New("intake: tried, not done")

// verdict is what a try found.
type verdict struct {
	f     found
	state string
	said  []remark
}

// try does with the next cases everything that carrying out does, and undoes
// it: what it would answer.
func (s *Service) try(ctx context.Context, j *jobs.Job) error {
	b, err := s.of(ctx, j)
	if err != nil {
		return err
	}
	if b.State == spent {
		return nil
	}
	var fs []found
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) { fs, err = next(tx, b.ID, tryAtOnce, "waiting"); return err }); err != nil {
		return err
	}
	var vs []verdict
	for _, f := range fs {
		v, err := s.tryOne(ctx, b, f)
		if err != nil {
			return err
		}
		vs = append(vs, v)
	}
	return s.k.Note(ctx, func(tx *db.Tx) error {
		for _, v := range vs {
			if err := settle(tx, v.f, v.state, v.said, ""); err != nil {
				return err
			}
		}
		if len(vs) > 0 {
			return s.on(tx, j, b.ID)
		}
		if _, err := tx.Exec(`UPDATE intake_batch SET state = 'tried' WHERE id = ? AND state = 'trying'`, b.ID); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

func (s *Service) tryOne(ctx context.Context, b batch, f found) (v verdict, err error) {
	v.f = f
	r, err := s.record(f)
	if err != nil {
		return v, err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		_, o, err := s.cases.Take(tx, b.Court, r, b.ID)
		if err != nil {
			return err
		}
		v.state = map[record.Outcome]string{record.Created: "new", record.Changed: "change", record.Same: "same"}[o]
		return errTried
	})
	v.said = f.Said.V
	switch {
	case refused(err):
		v.said = besides(v.said, remarks(err, f.Lines.V, f.Places.V))
	case !errors.Is(err, errTried):
		return v, err
	}
	if len(v.said) > 0 {
		v.state = "wrong"
	}
	return v, nil
}

// besides adds what the trying found to what was found in the cells. A cell that
// could not be read was tried as an empty one: of its column nothing new is said.
func besides(cells, tried []remark) []remark {
	for _, t := range tried {
		if !slices.ContainsFunc(cells, func(c remark) bool { return c.Column == t.Column && (c.Line == t.Line || ofCase(c.Column)) }) {
			cells = append(cells, t)
		}
	}
	return cells
}

// refused reports whether an error is an answer about the case, not a failure.
func refused(err error) bool {
	k := fault.KindOf(err)
	return k == fault.Invalid || k == fault.Conflict
}

// carry takes the next cases of a batch, each in an act of its own.
func (s *Service) carry(ctx context.Context, j *jobs.Job) error {
	b, err := s.of(ctx, j)
	if err != nil {
		return err
	}
	var fs []found
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) { fs, err = next(tx, b.ID, carryAtOnce, "new", "change"); return err }); err != nil {
		return err
	}
	for _, f := range fs {
		switch err := s.carryOne(ctx, b, f); {
		case errors.Is(err, errStopped):
			return nil
		case err != nil:
			return err
		}
	}
	if len(fs) > 0 {
		return s.k.Note(ctx, func(tx *db.Tx) error { return s.on(tx, j, b.ID) })
	}
	return s.end(ctx, j, b, running, done, "intake.done")
}

// errStopped ends the carrying out of an import that is being taken back.
var errStopped = errors.New("intake: stopped")

func (s *Service) carryOne(ctx context.Context, b batch, f found) error {
	r, err := s.record(f)
	if err != nil {
		return err
	}
	err = s.k.Do(ctx, func(tx *db.Tx) error {
		if n, err := tx.Exec(`UPDATE intake_batch SET ended_at = ? WHERE id = ? AND state = 'running'`, tx.Now(), b.ID); err != nil || n == 0 {
			return errors.Join(err, errStopped)
		}
		caseID, o, err := s.cases.Take(tx, b.Court, r, b.ID)
		if err != nil {
			return err
		}
		return settle(tx, f, string(o), nil, caseID)
	})
	if !refused(err) {
		return err
	}
	said := remarks(err, f.Lines.V, f.Places.V)
	return s.k.Note(ctx, func(tx *db.Tx) error { return settle(tx, f, "failed", said, "") })
}

// end closes a chain and records what became of the batch.
func (s *Service) end(ctx context.Context, j *jobs.Job, b batch, from, to, kind string) error {
	return s.k.Do(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE intake_batch SET state = ?, ended_at = ? WHERE id = ? AND state = ?`, to, tx.Now(), b.ID, from)
		if err != nil {
			return err
		}
		if n == 1 {
			c, err := counts(tx, b.ID)
			if err != nil {
				return err
			}
			body := map[string]any{"import": b.ID}
			for _, k := range []string{"created", "changed", "same", "failed", "withdrawn", "kept"} {
				if c[k] > 0 {
					body[k] = c[k]
				}
			}
			if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Court: b.Court, Actor: app.Actor(ctx), Body: body}); err != nil {
				return err
			}
		}
		return j.Finish(tx)
	})
}

// takeBack withdraws the next cases that a batch made.
func (s *Service) takeBack(ctx context.Context, j *jobs.Job) error {
	b, err := s.of(ctx, j)
	if err != nil {
		return err
	}
	var fs []found
	if err := s.k.Read(ctx, func(tx *db.Tx) (err error) {
		fs, err = next(tx, b.ID, carryAtOnce, "created", "changed")
		return err
	}); err != nil {
		return err
	}
	for _, f := range fs {
		if err := s.k.Do(ctx, func(tx *db.Tx) error { return s.takeBackOne(tx, b, f) }); err != nil {
			return err
		}
	}
	if len(fs) > 0 {
		return s.k.Note(ctx, func(tx *db.Tx) error { return s.on(tx, j, b.ID) })
	}
	return s.end(ctx, j, b, undoing, undone, "intake.undone")
}

func (s *Service) takeBackOne(tx *db.Tx, b batch, f found) error {
	why := "这个案件导入以前就有，导入只改了内容，改了哪些在案件的记录里。要改回去，请用原来的内容再导入一次。"
	if f.State == "created" {
		var err error
		if why, err = s.cases.Withdraw(tx, f.Case, b.ID); err != nil {
			return err
		}
	}
	if why == "" {
		return settle(tx, f, "withdrawn", nil, f.Case)
	}
	return settle(tx, f, "kept", []remark{{Show: why}}, f.Case)
}

// erase takes away what a list says of people when its time is over: the words
// of its cases, then the file.
func (s *Service) erase(ctx context.Context, j *jobs.Job) error {
	b, err := s.of(ctx, j)
	if err != nil {
		return err
	}
	if b.State == running {
		return s.k.Note(ctx, func(tx *db.Tx) error {
			if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: j.Kind, Body: b.ID, At: tx.Now().AddDate(0, 0, 1)}); err != nil {
				return err
			}
			return j.Finish(tx)
		})
	}
	// Nobody confirms from here on what is going.
	if err := s.k.Note(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE intake_batch SET state = 'spent' WHERE id = ? AND state IN ('reading', 'trying', 'tried')`, b.ID)
		return err
	}); err != nil {
		return err
	}
	for {
		n := int64(0)
		if err := s.k.Note(ctx, func(tx *db.Tx) (err error) {
			n, err = tx.Exec(`UPDATE intake_item SET record = '' WHERE batch_id = ? AND n IN (SELECT n FROM intake_item WHERE batch_id = ? AND record <> '' ORDER BY n LIMIT ?)`, b.ID, b.ID, eraseAtOnce)
			return err
		}); err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	if err := s.k.Blob.Remove(ctx, b.Digest); err != nil && !errors.Is(err, blob.ErrMissing) {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE intake_batch SET erased_at = ? WHERE id = ? AND erased_at = 0`, tx.Now(), b.ID); err != nil {
			return err
		}
		if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "intake.erased", Court: b.Court, Actor: app.Actor(ctx), Body: map[string]any{"import": b.ID}}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}
