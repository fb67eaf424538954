package mashang_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"mashang/platform/db"
	"mashang/platform/notify"
)

// at walks a JSON value: .a.b[0], [-1] is the last.
func at(v any, path string) (any, error) {
	for step := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch x := v.(type) {
		case map[string]any:
			next, ok := x[step]
			if !ok {
				return nil, fmt.Errorf("%s: there is no %s", path, step)
			}
			v = next
		case []any:
			n, err := strconv.Atoi(step)
			if n < 0 {
				n += len(x)
			}
			if err != nil || n < 0 || n >= len(x) {
				return nil, fmt.Errorf("%s: there is no %s among %d", path, step, len(x))
			}
			v = x[n]
		default:
			return nil, fmt.Errorf("%s: %v has no %s", path, v, step)
		}
	}
	return v, nil
}

func (s *scene) value(path string) (any, error) {
	var v any
	if err := json.Unmarshal([]byte(s.last.body), &v); err != nil {
		return nil, err
	}
	return at(v, path)
}

func plainly(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func (s *scene) json(w []string) error {
	if len(w) != 3 {
		return errors.New("json wants a path, a comparison and a value")
	}
	v, err := s.value(w[0])
	if err != nil {
		return err
	}
	list, _ := v.([]any)
	got, ok := plainly(v), false
	switch w[1] {
	case "==":
		ok = got == w[2]
	case "!=":
		ok = got != w[2]
	case "contains":
		ok = strings.Contains(got, w[2])
	case "lacks":
		ok = !strings.Contains(got, w[2])
	case "count":
		ok = fmt.Sprint(len(list)) == w[2]
	default:
		return fmt.Errorf("there is no comparison %q", w[1])
	}
	if !ok {
		return fmt.Errorf("%s is %s", w[0], got)
	}
	return nil
}

func (s *scene) keep(w []string) error {
	v, err := s.value(w[1])
	if err == nil {
		s.vars[w[0]] = plainly(v)
	}
	return err
}

func (s *scene) let(w []string) error { s.vars[w[0]] = w[1]; return nil }

func (s *scene) find(w []string) error {
	re, err := regexp.Compile(w[1])
	if err != nil {
		return err
	}
	if s.vars[w[0]] = re.FindString(s.last.body); s.vars[w[0]] == "" {
		return fmt.Errorf("nothing fits %s on\n%s", w[1], s.last.body)
	}
	return nil
}

// number runs a counting query.
func (s *scene) number(want, query string, args ...any) error {
	return s.Kit.Read(s.t.Context(), func(tx *db.Tx) error {
		n, err := db.One[int64](tx, query, args...)
		if err == nil && fmt.Sprint(n) != want {
			err = fmt.Errorf("there are %d", n)
		}
		return err
	})
}

func (s *scene) entries(w []string) error {
	return s.number(w[1], `SELECT COUNT(*) FROM ledger_entry WHERE kind = ?`, w[0])
}

func (s *scene) holds(w []string) error {
	return s.number(w[2], `SELECT COUNT(*) FROM ledger_link l JOIN ledger_entry e ON e.id = l.entry_id JOIN docket_person n ON n.id = l.holder
		WHERE e.kind = ? AND e.case_id = ? AND n.name = ?`, w[1], s.vars["case"], w[0])
}

func (s *scene) jobs(w []string) error {
	if w[0] != "run" {
		return s.number(w[1], `SELECT COUNT(*) FROM jobs_job WHERE kind = ? AND state = 'ready'`, w[0])
	}
	s.watch.step(s.line)
	if s.fault != nil {
		if err := s.fault.drain(); err != nil {
			return err
		}
	}
	s.drain()
	return s.number("0", `SELECT COUNT(*) FROM jobs_job WHERE state = 'dead' OR (state = 'ready' AND error <> '' AND error NOT LIKE ?)`, "%"+errFault.Error()+"%")
}

func (s *scene) phoneOf(who string) (string, error) {
	if who == "贾若兰" {
		return jiaPhone, nil
	}
	if p := s.phones[who]; p != "" {
		return p, nil
	}
	if _, err := strconv.Atoi(who); err == nil {
		return who, nil
	}
	return "", fmt.Errorf("nobody knows the phone of %s", who)
}

func (s *scene) messages(w []string) error {
	phone := ""
	if w[0] != notify.SMS && w[0] != notify.Push && w[0] != notify.WeChat {
		var err error
		if phone, err = s.phoneOf(w[0]); err != nil {
			return err
		}
	}
	ms, err := s.Kit.Notify.Outbox(s.t.Context(), 500)
	if err != nil {
		return err
	}
	n, all := 0, ""
	for _, m := range ms {
		if m.Target == phone || m.Channel == w[0] {
			n++
			all += m.Text + "\n"
		}
	}
	switch w[1] {
	case "contains", "lacks":
		if strings.Contains(all, w[2]) != (w[1] == "contains") {
			return fmt.Errorf("%s got:\n%s", w[0], all)
		}
		return nil
	case "count":
		if fmt.Sprint(n) != w[2] {
			return fmt.Errorf("%s got %d:\n%s", w[0], n, all)
		}
		return nil
	}
	return fmt.Errorf("an outbox %q nothing", w[1])
}

var marked = regexp.MustCompile(`/sms/check 填 ([0-9A-Z]{4} [0-9A-Z]{4})$`)

// mark keeps the word by which a message to a person can be checked.
func (s *scene) mark(w []string) error {
	phone, err := s.phoneOf(w[0])
	if err != nil {
		return err
	}
	ms, err := s.Kit.Notify.Outbox(s.t.Context(), 500)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if f := marked.FindStringSubmatch(m.Text); f != nil && m.Target == phone {
			s.vars[w[1]] = f[1]
			return nil
		}
	}
	return fmt.Errorf("no message to %s bears a word", w[0])
}

// beat is what the court's machine does once a minute.
func (s *scene) beat([]string) error { return s.Services.Outage.Beat(s.t.Context()) }

// trail writes down the readings that wait.
func (s *scene) trail([]string) error {
	ctx, stop := context.WithCancel(s.t.Context())
	stop()
	s.KeepTrail(ctx)
	return nil
}

func (s *scene) sees(w []string) error  { return s.sight(w[0], true) }
func (s *scene) blind(w []string) error { return s.sight(w[0], false) }

// sight holds the case page, the API and the list against what should be.
func (s *scene) sight(who string, want bool) error {
	id := s.vars["case"]
	page, api := s.house.get(who, "/casebook/"+id).code, s.house.get(who, "/api/v1/casebook/"+id).code
	list := s.house.get(who, "/api/v1/casebook")
	if list.code != 200 {
		return fmt.Errorf("%s has no list: %d %s", who, list.code, list.body)
	}
	inList := strings.Contains(list.body, id)
	if want && (page != 200 || api != 200 || !inList) || !want && (page == 200 || api == 200 || inList) {
		return fmt.Errorf("%s: page %d, API %d, in the list %v", who, page, api, inList)
	}
	return nil
}

// token lets a system act by the token that it was given.
func (s *scene) token(w []string) error {
	s.tokens[w[0]] = s.last.get("token")
	if s.tokens[w[0]] == "" {
		return fmt.Errorf("%s was given no token", w[0])
	}
	return nil
}

func (s *scene) box(who string) *inbox {
	if s.boxes[who] == nil {
		s.boxes[who] = newInbox(s.t)
	}
	return s.boxes[who]
}

// inbox looks at what a system was sent. What comes twice has the same id, and
// is one: it does when the court fails to note that it was sent.
func (s *scene) inbox(w []string) error {
	b := s.box(w[0])
	if w[1] == "answers" {
		status, err := strconv.Atoi(w[2])
		b.set(status)
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	once := map[string]bool{}
	all := ""
	for i, r := range b.got {
		if id := r.Header.Get("Webhook-Id"); !once[id] {
			once[id] = true
			all += string(b.bodies[i]) + "\n"
		}
	}
	switch w[1] {
	case "contains", "lacks":
		for _, x := range w[2:] {
			if strings.Contains(all, x) != (w[1] == "contains") {
				return fmt.Errorf("%s got:\n%s", w[0], all)
			}
		}
		return nil
	case "count":
		if fmt.Sprint(len(once)) != w[2] {
			return fmt.Errorf("%s got %d:\n%s", w[0], len(once), all)
		}
		return nil
	}
	return fmt.Errorf("an inbox %q nothing", w[1])
}
