package papers

import (
	"slices"

	"mashang/capability"
	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/docket/access"
	"mashang/docket/paper"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// mostFollowed papers are looked through for a desk.
const mostFollowed = 50

// next is a paper that may be drawn from another now.
type next struct {
	kinds.Follow
	After paper.Paper
	Due   bool
}

func (n next) href() string {
	return "/papers/write/" + n.After.Case + "?kind=" + n.Kind + "&from=" + n.After.ID
}

// nexts are the papers that may be drawn from those of a case, the newest first;
// of two records the newer counts, and of a closed case nothing is left to draw.
func (s *Service) nexts(c docket.Case, ps []paper.Paper, ds []draft) (out []next, err error) {
	if c.State == docket.Closed {
		return nil, nil
	}
	for _, p := range ps {
		n, ok, err := s.nextOf(p, ps, ds)
		if err != nil {
			return nil, err
		}
		if ok && !slices.ContainsFunc(out, func(x next) bool { return x.Kind == n.Kind }) {
			out = append(out, n)
		}
	}
	return out, nil
}

// nextOf says what may be drawn from a paper, if it was not yet: neither among
// the papers of its case nor among their drafts.
func (s *Service) nextOf(p paper.Paper, ps []paper.Paper, ds []draft) (n next, ok bool, err error) {
	f, ok := kinds.Follows[p.Kind]
	if !ok || p.ID != p.Original || !p.Finished() {
		return n, false, nil
	}
	if slices.ContainsFunc(ps, func(x paper.Paper) bool {
		return x.Kind == f.Kind && x.State != paper.Withdrawn && !x.At.Before(p.At)
	}) || slices.ContainsFunc(ds, func(x draft) bool { return x.Kind == f.Kind }) {
		return n, false, nil
	}
	d, err := s.data(p)
	if err != nil || !f.Can(d) {
		return n, false, err
	}
	return next{f, p, f.Must(d)}, true, nil
}

// drawn are the fields of a kind as the paper has them that it follows.
func (s *Service) drawn(tx *db.Tx, caseID, kind, fromID string) (kinds.Values, error) {
	if s.kinds[kind].About == "effect" {
		return s.effects.Certificate(tx, caseID, fromID)
	}
	p, err := paper.Of(tx, fromID)
	f, ok := kinds.Follows[p.Kind]
	if err != nil || p.Case != caseID || !ok || f.Kind != kind || !p.Finished() {
		return nil, fault.OrMissing(err)
	}
	d, err := s.data(p)
	if err != nil {
		return nil, err
	}
	return f.From(d), nil
}

// followTasks are the papers that have to be drawn from others, and the cases
// that are at an end, for those who handle them.
func (s *Service) followTasks(tx *db.Tx, v capability.Viewer) (out []capability.Task, err error) {
	ps, err := paper.Awaiting(tx, v.Actor.Person, v.Now, mostFollowed)
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		if p.Awaits == paper.Closing {
			if g, no := access.May(tx, v.Actor, "close", access.Of("case", p.Case), v.Now); no == nil {
				out = append(out, capability.Task{Group: "可以结案的案件", Title: "结案", Sub: g.Case.Number + " " + g.Case.Names, Href: "/casebook/" + p.Case + "/work?open=close&way=mediation", Tone: "go", Tag: p.Title + "已生效"})
			}
			continue
		}
		g, no := access.May(tx, v.Actor, "draft", access.Of("paper", p.Case), v.Now)
		if no != nil {
			continue
		}
		ds, err := drafts(tx, p.Case)
		if err != nil {
			return nil, err
		}
		n, ok, err := s.nextOf(p, nil, ds) // one that were ordered would have ended the waiting
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, capability.Task{Group: "等您写的文书", Title: n.Ask, Sub: g.Case.Number + " " + g.Case.Names, Href: n.href(), Tone: "go", Tag: "照" + p.Title + "写"})
		}
	}
	return out, nil
}

// awaited marks a paper that was issued, if another has to follow it.
func (s *Service) awaited(tx *db.Tx, p paper.Paper, d kinds.Values) error {
	if f, ok := kinds.Follows[p.Kind]; ok && f.Can(d) && f.Must(d) {
		return paper.Await(tx, p.ID, f.Kind)
	}
	return nil
}
