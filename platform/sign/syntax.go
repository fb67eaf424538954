package sign

import (
	"fmt"
	"strconv"
)

// A value is one of atom, name, ref, array and dict.
type value interface{ emit(b []byte) []byte }

type (
	// atom is a number, a string, a boolean or null as it stands in the file.
	atom string
	// name is a name with its slash.
	name string
	// ref is the number of another object; generations are always 0.
	ref int
	// array is a list.
	array []value
	// dict keeps its entries in the order of the file.
	dict []entry
	// entry is one entry of a dict.
	entry struct {
		key name
		val value
	}
)

// get is the value of key, nil if there is none.
func (d dict) get(key name) value {
	for _, e := range d {
		if e.key == key {
			return e.val
		}
	}
	return nil
}

// with is d with key set to v, at the end if it is new; d itself stays.
func (d dict) with(key name, v value) dict {
	out := append(make(dict, 0, len(d)+1), d...)
	for i := range out {
		if out[i].key == key {
			out[i].val = v
			return out
		}
	}
	return append(out, entry{key, v})
}

// and is a with v at the end; a itself stays.
func (a array) and(v value) array { return append(a[:len(a):len(a)], v) }

// without is d with no entry of these keys.
func (d dict) without(keys ...name) dict {
	out := make(dict, 0, len(d))
next:
	for _, e := range d {
		for _, k := range keys {
			if e.key == k {
				continue next
			}
		}
		out = append(out, e)
	}
	return out
}

// The canonical form: no white space but one blank where two words would
// otherwise become one.

func (a atom) emit(b []byte) []byte { return append(apart(b, a[0]), a...) }
func (n name) emit(b []byte) []byte { return append(b, n...) }
func (r ref) emit(b []byte) []byte {
	b = strconv.AppendInt(apart(b, '0'), int64(r), 10)
	return append(b, " 0 R"...)
}

func (a array) emit(b []byte) []byte {
	b = append(b, '[')
	for _, v := range a {
		b = v.emit(b)
	}
	return append(b, ']')
}

func (d dict) emit(b []byte) []byte {
	b = append(b, "<<"...)
	for _, e := range d {
		b = e.val.emit(e.key.emit(b))
	}
	return append(b, ">>"...)
}

// apart adds a blank if the last byte and next belong to words.
func apart(b []byte, next byte) []byte {
	if len(b) > 0 && regular(b[len(b)-1]) && regular(next) {
		b = append(b, ' ')
	}
	return b
}

func integer(n int) atom { return atom(strconv.Itoa(n)) }

func white(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func regular(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return false
	}
	return !white(c)
}

// deepest bounds how far values are nested, so that no file makes the reader
// run out of stack.
const deepest = 32

// scanner reads PDF syntax from at. It takes any white space that the format
// allows; who needs the canonical form emits what was read and compares.
type scanner struct {
	b     []byte
	at    int
	count int // of values read: memory stays in proportion to papers
}

// faulty is an error at the place where reading stopped.
func (s *scanner) faulty(what string) error { return fmt.Errorf("%s at byte %d", what, s.at) }

// space skips white space and comments.
func (s *scanner) space() {
	for s.at < len(s.b) {
		switch c := s.b[s.at]; {
		case white(c):
			s.at++
		case c == '%':
			for s.at < len(s.b) && s.b[s.at] != '\n' && s.b[s.at] != '\r' {
				s.at++
			}
		default:
			return
		}
	}
}

// take moves over word if it comes next.
func (s *scanner) take(word string) bool {
	if len(s.b)-s.at < len(word) || string(s.b[s.at:s.at+len(word)]) != word {
		return false
	}
	s.at += len(word)
	return true
}

// word is the run of regular characters that comes next.
func (s *scanner) word() string {
	from := s.at
	for s.at < len(s.b) && regular(s.b[s.at]) {
		s.at++
	}
	return string(s.b[from:s.at])
}

// number reads a non-negative integer of at most ten digits.
func (s *scanner) number() (int, bool) {
	from := s.at
	for s.at < len(s.b) && s.b[s.at] >= '0' && s.b[s.at] <= '9' {
		s.at++
	}
	if s.at-from > 10 {
		s.at = from
		return 0, false
	}
	n, err := strconv.Atoi(string(s.b[from:s.at]))
	return n, err == nil
}

// value reads one value.
func (s *scanner) value(depth int) (value, error) {
	s.space()
	if s.count++; s.at >= len(s.b) || depth > deepest || s.count > values {
		return nil, s.faulty("no value, or too many")
	}
	switch c := s.b[s.at]; {
	case c == '/':
		s.at++
		return name("/" + s.word()), nil
	case c == '[':
		s.at++
		return s.array(depth)
	case c == '(':
		return s.literal()
	case s.take("<<"):
		return s.dict(depth)
	case c == '<':
		return s.hex()
	case regular(c):
		return s.wordOrRef()
	}
	return nil, s.faulty("no value")
}

func (s *scanner) array(depth int) (value, error) {
	a := array{}
	for {
		if s.space(); s.take("]") {
			return a, nil
		}
		v, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
}

// dict reads the rest of a dictionary. Two entries of one key are refused:
// readers do not agree which of them counts.
func (s *scanner) dict(depth int) (value, error) {
	d := dict{}
	seen := map[name]bool{}
	for {
		if s.space(); s.take(">>") {
			return d, nil
		}
		k, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		key, ok := k.(name)
		if !ok || seen[key] {
			return nil, s.faulty("a key twice, or no key")
		}
		seen[key] = true
		v, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		d = append(d, entry{key, v})
	}
}

func (s *scanner) hex() (value, error) {
	from := s.at
	for s.at++; s.at < len(s.b); s.at++ {
		switch c := s.b[s.at]; {
		case c == '>':
			s.at++
			return atom(s.b[from:s.at]), nil
		case c >= '0' && c <= '9', c >= 'A' && c <= 'F', c >= 'a' && c <= 'f', white(c):
		default:
			return nil, s.faulty("no hexadecimal digit")
		}
	}
	return nil, s.faulty("a string without end")
}

func (s *scanner) literal() (value, error) {
	from, open := s.at, 0
	for ; s.at < len(s.b); s.at++ {
		switch s.b[s.at] {
		case '\\':
			s.at++
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				s.at++
				return atom(s.b[from:s.at]), nil
			}
		}
	}
	s.at = len(s.b)
	return nil, s.faulty("a string without end")
}

// wordOrRef reads a number, a keyword or "n 0 R".
func (s *scanner) wordOrRef() (value, error) {
	from := s.at
	if n, ok := s.number(); ok {
		after := s.at
		if s.space(); s.at > after && s.take("0") {
			zero := s.at
			if s.space(); s.at > zero && s.take("R") && (s.at == len(s.b) || !regular(s.b[s.at])) {
				return ref(n), nil
			}
		}
	}
	s.at = from
	w := s.word()
	switch w {
	case "true", "false", "null":
		return atom(w), nil
	}
	for i := range len(w) {
		if c := w[i]; (c < '0' || c > '9') && c != '.' && (i > 0 || c != '-' && c != '+') {
			s.at = from
			return nil, s.faulty("an unknown word")
		}
	}
	return atom(w), nil
}
