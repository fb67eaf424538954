package ledger

import (
	"errors"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

var errOutside = errors.New("the checkpoint from outside is not one of this ledger")

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// check takes every page and finds what is wrong with it.
func (a *audit) check(pages <-chan *page, hs *shelf) {
	var points []point
	for p := range pages {
		points = append(points, p.points...)
		for i := range p.rows {
			h := LeafHash(p.rows[i].Leaf)
			switch {
			case p.pending:
				a.rep.Pending++
			case p.rows[i].Seq < 0 || p.rows[i].Seq >= a.rep.Size:
				a.rep.fault(FaultExtra, p.rows[i].ID, "编号 %d 的记录不在任何校验点里，是后来塞进去的", p.rows[i].Seq)
			default:
				points = a.place(p.rows[i], h, hs, points)
			}
			a.content(p, &p.rows[i], h)
		}
	}
	a.gap(a.rep.Size, hs, points)
	for _, p := range points { // beyond the last entry
		if p.Size > a.tree.n || p.Size < 1 {
			a.rep.Checkpoints++
			a.rep.fault(FaultCheckpoint, itoa(p.Size), "校验点写着 %d 条，记录没有这么多", p.Size)
		}
	}
	for size := range a.outside {
		a.rep.fault(FaultRollback, itoa(size), "本院签过 %d 条记录的校验点，现在只有 %d 条，后面的被删掉了", size, a.rep.Size)
	}
}

// place adds a sealed entry to the tree and compares what is stored for it.
func (a *audit) place(r row, h tlog.Hash, hs *shelf, points []point) []point {
	if r.Seq < a.tree.n {
		a.rep.fault(FaultExtra, r.ID, "编号 %d 出现了两次", r.Seq)
		return points
	}
	points = a.gap(r.Seq, hs, points)
	a.rep.Entries++
	level := 0
	a.tree.add(h, func(x tlog.Hash) {
		kind, what := FaultHash, "第 %d 条之上的校验值（第 %d 层）和记录对不上"
		if level == 0 {
			kind, what = FaultEdited, "第 %d 条的内容和封存时不一样（第 %d 层）"
		}
		a.rep.Hashes++
		if hs.take() != x.String() {
			a.rep.fault(kind, r.ID, what, r.Seq+1, level)
		}
		level++
	})
	return a.measure(points)
}

// gap reports missing entries up to place, and goes on with what is stored in
// their stead, so that one hole is one fault.
func (a *audit) gap(to int64, hs *shelf, points []point) []point {
	for a.tree.n < to {
		seq := a.tree.n
		a.rep.fault(FaultMissing, itoa(seq), "第 %d 条记录不见了", seq+1)
		first := true
		a.tree.add(a.storedLeaf(hs), func(tlog.Hash) {
			if !first {
				hs.take()
			}
			first = false
		})
		points = a.measure(points)
		if a.rep.More > 10_000 { // the rest is gone as well; counting on says nothing new
			return points
		}
	}
	return points
}

func (a *audit) storedLeaf(hs *shelf) tlog.Hash {
	h, err := tlog.ParseHash(hs.take())
	if err != nil {
		return tlog.Hash{}
	}
	return h
}

// content checks the columns, links and private values of one entry against
// its text.
func (a *audit) content(p *page, r *row, h tlog.Hash) {
	lf, err := readLeaf(r.Leaf)
	if err != nil {
		a.rep.fault(FaultEdited, r.ID, "记录 %s 的内容读不出来", r.ID)
		return
	}
	if lf.id != r.ID || lf.kind != r.Kind || lf.court != r.Court || lf.cas != r.Case || lf.at != r.At.UTC().Format(timeFormat) || lf.actor != Tag(r.Actor, r.Case) {
		a.rep.fault(FaultColumn, r.ID, "记录 %s 的时间、种类、法院、案件或办理人被改过，和封存的内容不一致", r.ID)
	}
	a.openSecrets(p.secrets[r.ID], lf, r)
	a.openLinks(p.links[r.ID], lf, r, h)
}

func (a *audit) openSecrets(list []secretRow, lf *leafText, r *row) {
	a.secrets += int64(len(list))
	for _, s := range list {
		if d, ok := lf.digests[s.Name]; !ok || d != Digest(s.Salt, s.Name, s.Value) {
			a.rep.fault(FaultSecret, r.ID, "记录 %s 里“%s”的内容和封存的摘要对不上", r.ID, s.Name)
			continue
		}
		a.rep.Secrets++
	}
	if n := int64(len(lf.digests) - len(list)); n > 0 {
		a.rep.Erased += n
	}
}

// place of a holder's chain that was checked last.
type place struct {
	n    int64
	head tlog.Hash
}

// late is a link met before the one it follows: acts of one instant may be
// sealed in another order than they took their places.
type late struct {
	link linkRow
	head tlog.Hash
}

func (a *audit) openLinks(list []linkRow, lf *leafText, r *row, h tlog.Hash) {
	a.links += int64(len(list))
	if len(list) != len(lf.links) {
		a.rep.fault(FaultChain, r.ID, "记录 %s 封存时有 %d 位持有人，现在有 %d 位", r.ID, len(lf.links), len(list))
	}
	for _, l := range list {
		tag := Tag(l.Holder, l.Case)
		want, found := Commit(l.Salt, tag, l.N, l.Prev), false
		for _, c := range lf.links {
			found = found || c == want
		}
		if !found || l.Case != r.Case {
			a.rep.fault(FaultChain, r.ID, "记录 %s 不是这位持有人的第 %d 条", r.ID, l.N)
			continue
		}
		a.rep.Links++
		a.follow(tag, l, h)
	}
}

// follow puts a link behind the last of its chain, and those that waited for it.
func (a *audit) follow(tag string, l linkRow, h tlog.Hash) {
	c := a.chains[tag]
	if c == nil {
		c = &place{}
		a.chains[tag] = c
	}
	if l.N != c.n+1 {
		a.late[tag] = append(a.late[tag], late{l, h})
		return
	}
	for {
		prev := ""
		if c.n > 0 {
			prev = c.head.String()
		}
		if l.Prev != prev {
			a.rep.fault(FaultChain, l.Entry, "记录 %s 接的不是同一位持有人的前一条", l.Entry)
		}
		c.n, c.head = l.N, h
		next := -1
		for i, w := range a.late[tag] {
			if w.link.N == c.n+1 {
				next = i
			}
		}
		if next < 0 {
			return
		}
		w := a.late[tag][next]
		a.late[tag] = append(a.late[tag][:next], a.late[tag][next+1:]...)
		l, h = w.link, w.head
	}
}
