package ledger

import (
	"encoding/json"
	"errors"
	"strings"
)

// leafText is what an audit needs of a leaf.
type leafText struct {
	actor, at, cas, court, id, kind string
	digests                         map[string]string
	links                           []string
}

// readLeaf reads the canonical text of a leaf. Reading a million entries with
// encoding/json would take most of the audit's time, so the one form that
// Append writes is read directly, and any other in the ordinary way.
func readLeaf(text string) (*leafText, error) {
	s := scan{s: text}
	t := &leafText{}
	s.lit(`{"actor":`)
	t.actor = s.str()
	s.lit(`,"at":`)
	t.at = s.str()
	s.lit(`,"body":`)
	s.object()
	s.lit(`,"case":`)
	t.cas = s.str()
	s.lit(`,"cause":`)
	s.str()
	s.lit(`,"court":`)
	t.court = s.str()
	s.lit(`,"digests":`)
	t.digests = s.strings()
	s.lit(`,"id":`)
	t.id = s.str()
	s.lit(`,"kind":`)
	t.kind = s.str()
	s.lit(`,"links":`)
	t.links = s.list()
	s.lit(`,"title":`)
	s.str()
	s.lit(`,"v":1}`)
	if !s.bad && s.i == len(text) {
		return t, nil
	}
	var lf leaf
	if err := json.Unmarshal([]byte(text), &lf); err != nil {
		return nil, err
	}
	if again, err := Canon(lf); err != nil || again != text {
		return nil, errors.New("ledger: a leaf is not in its one form")
	}
	return &leafText{lf.Actor, lf.At, lf.Case, lf.Court, lf.ID, lf.Kind, lf.Digests, lf.Links}, nil
}

// scan walks over canonical JSON without escapes in what it returns.
type scan struct {
	s   string
	i   int
	bad bool
}

func (s *scan) lit(want string) {
	if !strings.HasPrefix(s.s[s.i:], want) {
		s.bad, s.i = true, len(s.s)
		return
	}
	s.i += len(want)
}

// peek consumes c if it comes next.
func (s *scan) peek(c byte) bool {
	if s.i < len(s.s) && s.s[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *scan) str() string {
	s.lit(`"`)
	end := strings.IndexAny(s.s[s.i:], `"\`)
	if end < 0 || s.s[s.i+end] == '\\' {
		s.bad, s.i = true, len(s.s)
		return ""
	}
	out := s.s[s.i : s.i+end]
	s.i += end + 1
	return out
}

// object skips a flat object; its values are strings, integers and booleans.
func (s *scan) object() {
	s.lit(`{`)
	inside := false
	for ; s.i < len(s.s); s.i++ {
		switch c := s.s[s.i]; {
		case inside && c == '\\':
			s.i++
		case c == '"':
			inside = !inside
		case c == '}' && !inside:
			s.i++
			return
		}
	}
	s.bad, s.i = true, len(s.s)
}

func (s *scan) strings() map[string]string {
	s.lit(`{`)
	if s.peek('}') {
		return nil
	}
	out := map[string]string{}
	for !s.bad {
		name := s.str()
		s.lit(`:`)
		out[name] = s.str()
		if s.peek('}') {
			break
		}
		s.lit(`,`)
	}
	return out
}

func (s *scan) list() []string {
	s.lit(`[`)
	if s.peek(']') {
		return nil
	}
	var out []string
	for !s.bad {
		out = append(out, s.str())
		if s.peek(']') {
			break
		}
		s.lit(`,`)
	}
	return out
}
