package web

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"mashang/platform/fault"
)

func isJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
}

func isMultipart(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
}

func parse(r *http.Request) error {
	if isJSON(r) {
		return nil
	}
	var err error
	if isMultipart(r) {
		err = parseMultipart(r)
	} else {
		err = r.ParseForm()
	}
	var big *http.MaxBytesError
	switch {
	case err == nil, errors.As(err, &big), fault.KindOf(err) == fault.Unavailable:
		return err
	}
	return fault.Wrap(fault.Invalid, "表格没有传完整，请再交一次。", err)
}

// Verbatim is a text that is taken as it was typed, blanks and all: a password.
type Verbatim string

// Read decodes a form or a JSON body into v, a pointer to a struct whose
// fields are named by json tags. Text is cleaned: blanks around it, control
// characters and marks that reverse the reading direction are dropped; what is
// [Verbatim] stays as it is. A list of more than a thousand is refused.
func Read(r *http.Request, v any) error {
	if isJSON(r) {
		d := json.NewDecoder(r.Body)
		d.DisallowUnknownFields()
		err := d.Decode(v)
		if err == nil {
			if _, more := d.Token(); !errors.Is(more, io.EOF) { // what stands behind it would be lost in silence
				err = errors.Join(errors.New("web: more than one value"), more)
			}
		}
		if err != nil {
			var big *http.MaxBytesError
			if errors.As(err, &big) {
				return err
			}
			return fault.Wrap(fault.Invalid, "内容的格式不对。", err)
		}
		return CleanAll(v)
	}
	if err := parse(r); err != nil {
		return err
	}
	from := r.PostForm // what stands in the address of a form that is sent is none of its fields
	if r.Method == http.MethodGet {
		from = r.Form
	}
	var bad fault.List
	fill(reflect.ValueOf(v).Elem(), from, &bad)
	return bad.Err()
}

func fill(s reflect.Value, from url.Values, bad *fault.List) {
	for i := range s.NumField() {
		f := s.Type().Field(i)
		if f.Anonymous {
			fill(s.Field(i), from, bad)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Type == reflect.TypeFor[map[string]any]() {
			open, err := opened(name+".", from)
			if err != nil {
				*bad = append(*bad, fault.Field(name, errLong.Show))
			}
			s.Field(i).Set(reflect.ValueOf(open))
			continue
		}
		vals, ok := from[name]
		if name == "" || name == "-" || !ok {
			continue
		}
		if err := set(s.Field(i), vals); errors.Is(err, errLong) {
			*bad = append(*bad, fault.Field(name, errLong.Show))
		} else if err != nil {
			*bad = append(*bad, &fault.Error{Kind: fault.Invalid, Field: name, Show: "这一项填得不对，请再看一遍。"})
		}
	}
}

// opened collects the fields of a form whose names only a service knows, as
// lists of text under the names behind prefix. Empty text stays, for it may be
// a cell of a table.
func opened(prefix string, from url.Values) (map[string]any, error) {
	out := map[string]any{}
	for key, vals := range from {
		name, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		if len(vals) > mostValues || len(out) > mostValues {
			return nil, errLong
		}
		clean := make([]string, len(vals))
		for i, v := range vals {
			clean[i] = Clean(v)
		}
		out[name] = clean
	}
	return out, nil
}

func set(v reflect.Value, vals []string) error {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String {
		if len(vals) > mostValues {
			return errLong
		}
		out := reflect.MakeSlice(v.Type(), 0, len(vals))
		for _, s := range vals {
			if s = Clean(s); s != "" {
				out = reflect.Append(out, reflect.ValueOf(s).Convert(v.Type().Elem()))
			}
		}
		v.Set(out)
		return nil
	}
	if len(vals) > 1 {
		return errors.New("web: one field, several values")
	}
	if v.Type() == reflect.TypeFor[Verbatim]() {
		v.SetString(vals[0])
		return nil
	}
	s := Clean(vals[0])
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if s == "" {
			return nil
		}
		return t.UnmarshalText([]byte(s))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		v.SetBool(s == "on" || s == "1" || s == "true" || s == "yes")
	case reflect.Int, reflect.Int64:
		if s == "" {
			return nil
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return err
		}
		v.SetInt(n)
	default:
		return fmt.Errorf("web: cannot read a form field into %s", v.Type())
	}
	return nil
}

// mostValues may stand in one list: people chosen, papers handed over, holidays
// of a year. What is kept of a request must not grow with it without end.
const mostValues = 1000

var errLong = fault.New(fault.Invalid, "一次交的太多了，请分几次交。")

// CleanAll cleans every text of what v, a pointer to a struct, holds, as [Read]
// does, and refuses a list that is too long.
func CleanAll(v any) error { return cleanAll(reflect.ValueOf(v).Elem()) }

func cleanAll(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if v.Type() != reflect.TypeFor[Verbatim]() {
			v.SetString(Clean(v.String()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			// What is embedded can't be set as a whole where its type is unexported; its fields can.
			if v.Field(i).CanSet() || v.Type().Field(i).Anonymous {
				if err := cleanAll(v.Field(i)); err != nil {
					return err
				}
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 { // JSON that is read later
			return nil
		}
		if v.Len() > mostValues {
			return errLong
		}
		for i := range v.Len() {
			if err := cleanAll(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		if m, ok := v.Interface().(map[string]any); ok {
			for key, x := range m {
				clean, err := cleanValue(x, 0)
				if err != nil || len(m) > mostValues {
					return errLong
				}
				m[key] = clean
			}
		}
	}
	return nil
}

// cleanValue is cleanAll for what JSON held under names that nobody declared.
func cleanValue(v any, depth int) (any, error) {
	switch x := v.(type) {
	case string:
		return Clean(x), nil
	case []any:
		if len(x) > mostValues || depth > 3 {
			return nil, errLong
		}
		for i := range x {
			var err error
			if x[i], err = cleanValue(x[i], depth+1); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		return nil, errLong
	}
	return v, nil
}

// Clean drops what has no business in a text: surrounding blanks, control
// characters other than line ends, and whatever nobody sees. With marks that
// turn the reading direction a name can lie about itself; with a mark of no
// width, which comes along when a name is pasted, it is another name to the
// computer and the same to everybody who reads it. So is one with a variation
// selector: the character is the same, and which of its forms is drawn is for
// the typeface, which knows one. Of the marks over and under a letter three stay, as
// many as ordinary writing has: a tower of them covers the lines around it.
func Clean(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	over := mostMarks // nothing to stand on yet
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || unicode.IsSpace(r) && !unicode.IsControl(r):
			over = mostMarks
			return r
		case unicode.IsControl(r), r == unicode.ReplacementChar, unseen(r):
			return -1
		case unicode.In(r, unicode.Mn, unicode.Me):
			if over++; over > mostMarks {
				return -1
			}
			return r
		}
		over = 0
		return r
	}, s))
}

const mostMarks = 3

// unseen reports whether a character leaves nothing on the page: marks that only
// tell how to set others, fillers, tags, and the Braille cell without a dot.
func unseen(r rune) bool {
	return r == 0x2800 || unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// Bytes reads a small uploaded file. How large it may be the route says.
func Bytes(h *Given) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	return b, errors.Join(err, f.Close())
}

// Uploads opens the files of a field for an act that keeps them; what was
// chosen and holds nothing is left out. done closes them, also after an error.
func Uploads(r *http.Request, name string) (ups []Upload, done func(), err error) {
	var open []io.Closer
	done = func() {
		for _, c := range open {
			_ = c.Close()
		}
	}
	for _, h := range Files(r, name) {
		if h.Size == 0 {
			continue
		}
		f, err := h.Open()
		if err != nil {
			return nil, done, err
		}
		open = append(open, f)
		ups = append(ups, Upload{Clean(h.Filename), f, f})
	}
	return ups, done, nil
}

// address is the client's address; a proxy's word counts only when the proxy is ours.
func (rt *Router) address(r *http.Request) string {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	addr := ap.Addr().Unmap()
	// All lines of the header are one list: a proxy that adds a line of its own
	// leaves the caller's in front.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && rt.trusted(addr); i-- {
		h, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = h.Unmap()
	}
	return addr.String()
}

func (rt *Router) trusted(a netip.Addr) bool {
	for _, p := range rt.cfg.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
