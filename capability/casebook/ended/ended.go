// Package ended says when a case may be closed: in a way and on a day that there
// are, and by the paper in which the law wants that written.
package ended

import (
	"slices"
	"strings"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/closing"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/ui"
)

// Command ends a case.
type Command struct {
	Way       string   `json:"way"`
	On        law.Date `json:"on"` // the day that counts for this way
	Cause     string   `json:"cause"`
	Elsewhere string   `json:"elsewhere"` // where the paper is that ended it, when this court did not issue it here
}

// Ways are what a form offers.
func Ways() (out []ui.Option) {
	for _, w := range closing.Ways {
		out = append(out, ui.Option{Value: w.Key, Text: w.Title + "（以" + w.Day + "为准）"})
	}
	return out
}

// Check says whether a case ends so (审理期限规定 10).
func (c Command) Check(tx *db.Tx, of docket.Case, today law.Date) (closing.Way, error) {
	way, ok := closing.WayOf(c.Way)
	switch {
	case !ok:
		return way, fault.Field("way", "请选结案方式。")
	case c.On.IsZero() || c.On.After(today) || c.On.Before(of.Filed):
		return way, fault.Field("on", "结案日期要在立案之后、今天或以前。")
	case len([]rune(c.Elsewhere)) > 200:
		return way, fault.Field("elsewhere", "写 200 字以内。")
	}
	return way, c.written(tx, of, way)
}

// written asks for the paper. One that was drawn outside, or a ruling that was
// spoken into the record of a hearing, is named in words that the parties read.
func (c Command) written(tx *db.Tx, of docket.Case, way closing.Way) error {
	want, asked := closing.WrittenIn(way.Key)
	if !asked || strings.TrimSpace(c.Elsewhere) != "" {
		return nil
	}
	ps, err := paper.OfCase(tx, of.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(ps, func(p paper.Paper) bool {
		return slices.Contains(want.Kinds, p.Kind) && (p.State == paper.Issued || p.State == paper.Served || p.State == paper.Effective)
	}) {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Field: "elsewhere", Basis: want.Basis.String(),
		Show: "用“" + way.Title + "”结案，要有" + want.Title + "，本系统里还没有发出。请先出文书；文书不在本系统里的，写明是哪一份、在哪里。"}
}
