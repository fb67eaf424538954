package outage

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"time"

	"mashang/docket/access"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
)

// every is how often a node writes that it lives.
const every = time.Minute

// outage is a span in which the court could not be reached.
type outage struct {
	ID     string    `db:"id" json:"id"`
	From   time.Time `db:"from_at" json:"from"`
	To     time.Time `db:"to_at" json:"to"`
	Heart  bool      `db:"heart" json:"heart"` // the court's own machine was silent
	Probe  bool      `db:"probe" json:"probe"` // a machine elsewhere got no answer
	Lines  int64     `db:"lines" json:"lines"` // of that machine's file
	Digest string    `db:"digest" json:"digest"`
	At     time.Time `db:"at" json:"found"`
}

const outageCols = `id, from_at, to_at, heart, probe, lines, digest, at`

// Beat writes that this node lives, and finds the gap when no node did for too
// long. Who finds a gap first counts: its beginning is the key.
func (s *Service) Beat(ctx context.Context) error {
	return s.k.Note(ctx, func(tx *db.Tx) error {
		last, err := db.One[int64](tx, `SELECT COALESCE(MAX(at), 0) FROM outage_beat`)
		if err != nil {
			return err
		}
		was, now := time.UnixMilli(last).UTC(), tx.Now()
		if last > 0 && now.Sub(was) > s.limit {
			span := outage{From: was, To: now, Heart: true}
			if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "outage.weigh", Lane: "outage", Body: span, Once: "outage " + was.Format(time.RFC3339Nano)}); err != nil {
				return err
			}
		}
		_, err = tx.Exec(`INSERT INTO outage_beat (node, at) VALUES (?, ?) ON CONFLICT (node) DO UPDATE SET at = excluded.at`, s.node, now)
		return err
	})
}

// Forget drops the beats of a backup that was brought back: how long the court
// lived after it was made, and so how long it was down, is not written there.
// The probe knows.
func (s *Service) Forget(ctx context.Context) error {
	return s.k.Note(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM outage_beat`)
		return err
	})
}

// Watch beats until ctx ends. A demo sleeps with the machine it is shown on:
// its silence is no outage.
func (s *Service) Watch(ctx context.Context) {
	if s.k.Config.Demo {
		return
	}
	s.k.Every(ctx, every, "the heartbeat could not be written", s.Beat)
}

func nodeName() string {
	n, err := os.Hostname()
	if err != nil {
		return "node"
	}
	return n
}

// sighting is one line of a probe's file.
type sighting struct {
	Time   time.Time `json:"time"`
	OK     *bool     `json:"ok"`
	MS     int64     `json:"ms"`
	Reason string    `json:"reason,omitempty"`
}

const (
	unseen    = 15 * time.Minute     // how long a probe may pause before it has seen nothing of the time
	oldest    = 366 * 24 * time.Hour // what was longer ago moves no date any more
	mostSpans = 200                  // of one file: with more it is the probe that is out of order
)

// read reads a line as the probe writes it, which is to write it again: nothing
// stands behind it, and nothing is said twice.
func read(line []byte) (x sighting, ok bool) {
	if json.Unmarshal(line, &x) != nil || x.Time.IsZero() || x.OK == nil || x.MS < 0 {
		return x, false
	}
	again, err := json.Marshal(x)
	return x, err == nil && bytes.Equal(again, bytes.TrimSpace(line))
}

// spans reads a probe's file: from each first question without an answer to
// the next that had one. What the probe did not see is not counted. A file with
// a line that no probe wrote is refused as a whole.
func spans(file []byte, limit time.Duration, now time.Time) (out []outage, lines int64, err error) {
	var from, last time.Time
	close := func(to time.Time) {
		if !from.IsZero() && to.Sub(from) > limit {
			out = append(out, outage{From: from, To: to, Probe: true})
		}
		from = time.Time{}
	}
	wrong := func() error {
		return fault.Field("file", "第 "+itoa(lines)+" 行不是探测程序写的。请上传 mashang probe 写的那个文件。")
	}
	var before time.Time
	sc := bufio.NewScanner(bytes.NewReader(file))
	for sc.Scan() {
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		lines++
		x, ok := read(sc.Bytes())
		if !ok {
			return nil, 0, wrong()
		}
		if x.Time = x.Time.UTC().Truncate(time.Millisecond); x.Time.Before(before) || x.Time.After(now) {
			return nil, 0, fault.Field("file", "第 "+itoa(lines)+" 行的时间不对：比前一行早，或者还没有到。")
		}
		before = x.Time
		if now.Sub(x.Time) > oldest {
			continue
		}
		if !from.IsZero() && x.Time.Sub(last) > unseen {
			close(last)
		}
		switch {
		case *x.OK:
			close(x.Time)
		case from.IsZero():
			from = x.Time
		}
		if !*x.OK {
			last = x.Time
		}
	}
	if sc.Err() != nil { // a line that is longer than any that a probe writes
		lines++
		return nil, 0, wrong()
	}
	if lines == 0 {
		return nil, 0, fault.Field("file", "文件是空的。")
	}
	close(last)
	if len(out) > mostSpans {
		return nil, 0, fault.Field("file", "记录里断得太多，"+itoa(len(out))+" 次。请先看看探测程序那边的网络。")
	}
	return out, lines, nil
}

// probed takes a probe's file. What it shows is weighed span by span.
func (s *Service) probed(ctx context.Context, court string, file []byte) (n int, err error) {
	return n, s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "settings", access.In("court", court), tx.Now()); err != nil {
			return err
		}
		list, lines, err := spans(file, s.limit, tx.Now())
		if err != nil {
			return err
		}
		h := sha256.Sum256(file)
		for _, o := range list {
			o.Lines, o.Digest = lines, hex.EncodeToString(h[:])
			if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "outage.weigh", Lane: "outage", Body: o}); err != nil {
				return err
			}
		}
		n = len(list)
		_, err = s.k.Ledger.Append(tx, ledger.Entry{Kind: "outage.probed", Court: court, Actor: app.Actor(ctx), Body: map[string]any{"lines": lines, "digest": hex.EncodeToString(h[:]), "outages": n}})
		return err
	})
}

// weigh makes one outage of what was seen, or lengthens the one that it
// touches, and lets the deadlines be looked at.
func (s *Service) weigh(ctx context.Context, j *jobs.Job) error {
	var o outage
	if err := j.Read(&o); err != nil {
		return err
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		was, found, err := db.Maybe[outage](tx, `SELECT `+outageCols+` FROM outage_outage WHERE from_at < ? AND to_at > ? ORDER BY from_at LIMIT 1`, o.To, o.From)
		if err != nil {
			return err
		}
		kind := "outage.found"
		if found {
			kind, o = "outage.widened", was.with(o)
			if o == was {
				return j.Finish(tx)
			}
			_, err = tx.Exec(`UPDATE outage_outage SET from_at = ?, to_at = ?, heart = ?, probe = ?, lines = ?, digest = ? WHERE id = ?`, o.From, o.To, o.Heart, o.Probe, o.Lines, o.Digest, o.ID)
		} else {
			o.ID, o.At = id.New(), tx.Now()
			_, err = tx.Exec(`INSERT INTO outage_outage (`+outageCols+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, o.ID, o.From, o.To, o.Heart, o.Probe, o.Lines, o.Digest, o.At)
		}
		if err != nil {
			return err
		}
		if err := s.k.Jobs.Enqueue(tx, jobs.Spec{Kind: "outage.draft", Lane: "outage", Body: drafting{Outage: o.ID}}); err != nil {
			return err
		}
		if _, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: kind, Actor: app.Actor(ctx), Body: map[string]any{
			"outage": o.ID, "from": stamp(o.From), "to": stamp(o.To), "heart": o.Heart, "probe": o.Probe, "digest": o.Digest}}); err != nil {
			return err
		}
		return j.Finish(tx)
	})
}

// with is an outage with what else was seen of it.
func (o outage) with(p outage) outage {
	if p.From.Before(o.From) {
		o.From = p.From
	}
	if p.To.After(o.To) {
		o.To = p.To
	}
	o.Heart, o.Probe = o.Heart || p.Heart, o.Probe || p.Probe
	if p.Digest != "" {
		o.Lines, o.Digest = p.Lines, p.Digest
	}
	return o
}

func stamp(t time.Time) string { return t.In(clock.Shanghai).Format(time.RFC3339) }

// plan is maintenance that was announced beforehand.
type plan struct {
	ID     string    `db:"id" json:"id"`
	From   time.Time `db:"from_at" json:"from"`
	To     time.Time `db:"to_at" json:"to"`
	Reason string    `db:"reason" json:"reason"`
	At     time.Time `db:"at" json:"at"`
}

const planCols = `id, from_at, to_at, reason, at`

// planCmd announces maintenance, with times as people write them.
type planCmd struct {
	Court  string `json:"court"`
	From   string `json:"from"` // 2026-03-18 19:00
	To     string `json:"to"`
	Reason string `json:"reason"`
}

// longest is how long maintenance may be announced to last: under one that goes
// on for ever every outage would have been announced.
const longest = 7 * 24 * time.Hour

// minute is how people write a time.
const minute = "2006-01-02 15:04"

func (s *Service) announce(ctx context.Context, c planCmd) error {
	var bad fault.List
	at := func(field, v string) time.Time {
		t, err := time.ParseInLocation(minute, v, clock.Shanghai)
		if err != nil {
			bad.Add(field, "请写成 2026-03-18 19:00 这样。")
		}
		return t
	}
	from, to := at("from", c.From), at("to", c.To)
	if len(bad) == 0 && !to.After(from) {
		bad.Add("to", "结束要在开始以后。")
	}
	if len(bad) == 0 && !from.After(s.k.Now()) {
		bad.Add("from", "维护要事先登记，已经开始的不能补登。")
	}
	if len(bad) == 0 && (to.Sub(from) > longest || from.Sub(s.k.Now()) > oldest) {
		bad.Add("to", "一次维护最长登记 7 天，最早提前一年登记。再长，请分几次。")
	}
	if n := len([]rune(c.Reason)); n < 2 || n > 60 {
		bad.Add("reason", "请写为什么停，2 到 60 个字。")
	}
	return s.k.Do(ctx, func(tx *db.Tx) error {
		if _, err := access.May(tx, auth.From(ctx), "settings", access.In("court", c.Court), tx.Now()); err != nil {
			return err
		}
		if err := bad.Err(); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO outage_plan (`+planCols+`) VALUES (?, ?, ?, ?, ?)`, id.New(), from, to, c.Reason, tx.Now()); err != nil {
			return err
		}
		_, err := s.k.Ledger.Append(tx, ledger.Entry{Kind: "outage.planned", Court: c.Court, Actor: app.Actor(ctx), Body: map[string]any{"from": stamp(from), "to": stamp(to), "reason": c.Reason}})
		return err
	})
}
