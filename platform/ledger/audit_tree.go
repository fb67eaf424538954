package ledger

import (
	"math/bits"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// frontier is the right edge of a growing tree: the roots of its complete
// subtrees, largest first.
type frontier struct {
	n     int64
	roots []tlog.Hash
}

// add puts a leaf in the next place and calls f with each hash that the tree
// stores for it, in the order of tlog's indexes.
func (t *frontier) add(h tlog.Hash, f func(tlog.Hash)) {
	f(h)
	for range bits.TrailingZeros64(^uint64(t.n)) {
		h = tlog.NodeHash(t.roots[len(t.roots)-1], h)
		t.roots = t.roots[:len(t.roots)-1]
		f(h)
	}
	t.roots = append(t.roots, h)
	t.n++
}

// root is the hash of the tree so far.
func (t *frontier) root() tlog.Hash {
	if t.n == 0 {
		return tlog.Hash{}
	}
	h := t.roots[len(t.roots)-1]
	for i := len(t.roots) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.roots[i], h)
	}
	return h
}

// shelf gives the stored hashes one after another.
type shelf struct {
	in   <-chan []stored
	page []stored
	next int64 // index that is asked for next
}

// take returns the hash stored under the next index, "" when there is none,
// and passes over indexes that should not be there.
func (s *shelf) take() string {
	want := s.next
	s.next++
	for {
		if len(s.page) == 0 {
			p, ok := <-s.in
			if !ok {
				return ""
			}
			s.page = p
			continue
		}
		switch h := s.page[0]; {
		case h.Idx == want:
			s.page = s.page[1:]
			return h.Hash
		case h.Idx > want:
			return ""
		}
		s.page = s.page[1:]
	}
}

// seen checks checkpoints from elsewhere and keeps their roots.
func (a *audit) seen(list []string) error {
	a.outside = map[int64][]tlog.Hash{}
	for _, text := range list {
		n, err := note.Open([]byte(text), note.VerifierList(a.key))
		if err != nil {
			return errOutside
		}
		size, root, err := parseCheckpoint(n.Text, a.key.Name())
		if err != nil {
			return errOutside
		}
		a.outside[size] = append(a.outside[size], root)
	}
	return nil
}

// measure holds the tree, as it is now, against the checkpoints of its size.
func (a *audit) measure(points []point) []point {
	size := a.tree.n
	var root tlog.Hash
	outside := a.outside[size]
	if len(outside) > 0 || len(points) > 0 && points[0].Size <= size {
		root = a.tree.root()
	}
	for _, h := range outside {
		a.rep.Outside++
		if h != root {
			a.rep.fault(FaultOutside, itoa(size), "本院以前签过的校验点（%d 条）和现在的记录对不上，记录被改写过", size)
		}
	}
	delete(a.outside, size)
	for len(points) > 0 && points[0].Size <= size {
		a.checkpoint(points[0], root)
		points = points[1:]
	}
	return points
}

func (a *audit) checkpoint(p point, root tlog.Hash) {
	a.rep.Checkpoints++
	n, err := note.Open([]byte(p.Note), note.VerifierList(a.key))
	if err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) > 0 {
		a.rep.fault(FaultCheckpoint, itoa(p.Size), "第 %d 条处的校验点签名不对", p.Size)
		return
	}
	size, signed, err := parseCheckpoint(n.Text, a.key.Name())
	switch {
	case err != nil || size != p.Size || size != a.tree.n:
		a.rep.fault(FaultCheckpoint, itoa(p.Size), "第 %d 条处的校验点写的长度不对", p.Size)
	case signed != root:
		a.rep.fault(FaultCheckpoint, itoa(p.Size), "前 %d 条记录和当时签名的校验点对不上", p.Size)
	}
	if p.Size == a.rep.Size {
		a.rep.Root, a.rep.Checkpoint = root, p.Note
	}
}
