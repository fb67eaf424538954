package db

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"
	"time"

	"mashang/platform/fault"
)

// bind turns arguments into the few types that both engines store alike.
func bind(args []any) []any {
	for i, a := range args {
		switch v := a.(type) {
		case time.Time:
			args[i] = millis(v)
		case bool:
			args[i] = int64(0)
			if v {
				args[i] = int64(1)
			}
		case driver.Valuer, []byte, nil:
		default:
			rv := reflect.ValueOf(a)
			switch rv.Kind() { // named string and integer types
			case reflect.String:
				args[i] = rv.String()
			case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
				args[i] = rv.Int()
			}
		}
	}
	return args
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// setter puts a column's value into a field of one type.
type setter func(dst reflect.Value, v driver.Value) error

// setTime reads BIGINT milliseconds as a time in UTC; 0 and NULL are the zero time.
func setTime(dst reflect.Value, v driver.Value) error {
	t := dst.Addr().Interface().(*time.Time)
	*t = time.Time{}
	switch n := v.(type) {
	case nil:
	case int64:
		if n != 0 {
			*t = time.UnixMilli(n).UTC()
		}
	default:
		return fmt.Errorf("a time is stored as milliseconds, not %T", v)
	}
	return nil
}

func setScanner(dst reflect.Value, v driver.Value) error {
	return dst.Addr().Interface().(sql.Scanner).Scan(v)
}

func setString(dst reflect.Value, v driver.Value) error {
	switch s := v.(type) {
	case string:
		dst.SetString(s)
	case []byte:
		dst.SetString(string(s))
	default:
		return fmt.Errorf("%T is no text", v)
	}
	return nil
}

func setInt(dst reflect.Value, v driver.Value) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("%T is no whole number", v)
	}
	dst.SetInt(n)
	return nil
}

func setBool(dst reflect.Value, v driver.Value) error {
	n, ok := v.(int64)
	dst.SetBool(n != 0)
	if !ok {
		return fmt.Errorf("%T is neither yes nor no", v)
	}
	return nil
}

// setPointer keeps NULL apart from zero.
func setPointer(to setter) setter {
	return func(dst reflect.Value, v driver.Value) error {
		if v == nil {
			dst.SetZero()
			return nil
		}
		dst.Set(reflect.New(dst.Type().Elem()))
		return to(dst.Elem(), v)
	}
}

var (
	timeType    = reflect.TypeFor[time.Time]()
	scannerType = reflect.TypeFor[sql.Scanner]()
)

func setterFor(t reflect.Type) (setter, error) {
	switch {
	case t == timeType:
		return setTime, nil
	case reflect.PointerTo(t).Implements(scannerType):
		return setScanner, nil
	case t.Kind() == reflect.String:
		return setString, nil
	case t.Kind() == reflect.Bool:
		return setBool, nil
	case t.Kind() == reflect.Pointer:
		to, err := setterFor(t.Elem())
		return setPointer(to), err
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		return setInt, nil
	}
	return nil, fmt.Errorf("db: no column can hold %s", t)
}

// plan says which field receives which column, and how.
type plan struct {
	fields [][]int // nil: the value itself
	sets   []setter
}

// planKey is a type and the statement whose rows it receives: a text names its
// columns, and they are the same each time.
type planKey struct {
	t  reflect.Type
	st *statement
}

var plans sync.Map

// columns pairs each column with the field whose db tag names it. A column
// without a field, or a field without a column, is an error: by position, two
// swapped TEXT columns would pass unseen.
func columns(t reflect.Type, st *statement, cols []string) (*plan, error) {
	key := planKey{t, st}
	if p, ok := plans.Load(key); ok && len(p.(*plan).sets) == len(cols) {
		return p.(*plan), nil
	}
	p, err := newPlan(t, cols)
	if err == nil {
		plans.Store(key, p)
	}
	return p, err
}

func newPlan(t reflect.Type, cols []string) (*plan, error) {
	p := &plan{sets: make([]setter, len(cols))}
	var err error
	if t.Kind() != reflect.Struct {
		if len(cols) != 1 {
			return nil, fmt.Errorf("db: %d columns for one %s", len(cols), t)
		}
		p.sets[0], err = setterFor(t)
		return p, err
	}
	at := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		if tag := f.Tag.Get("db"); tag != "" {
			at[tag] = f
		}
	}
	seen := map[string]bool{}
	for i, c := range cols {
		f, ok := at[c]
		if !ok {
			return nil, fmt.Errorf("db: %s has no field for column %q", t, c)
		}
		seen[c] = true
		p.fields = append(p.fields, f.Index)
		if p.sets[i], err = setterFor(f.Type); err != nil {
			return nil, err
		}
	}
	if len(seen) != len(at) {
		return nil, fmt.Errorf("db: %s has %d tagged fields, the query %d columns", t, len(at), len(seen))
	}
	return p, nil
}

func (p *plan) fill(dst reflect.Value, vals []driver.Value, cols []string) error {
	for i, set := range p.sets {
		f := dst
		if p.fields != nil {
			f = dst.FieldByIndex(p.fields[i])
		}
		if err := set(f, vals[i]); err != nil {
			return fmt.Errorf("db: column %s: %w", cols[i], err)
		}
	}
	return nil
}

// List scans each row into a T by column name. T is a struct with db tags, or
// a string or number for one-column queries.
func List[T any](t *Tx, query string, args ...any) (out []T, err error) {
	var p *plan
	var v T
	dst := reflect.ValueOf(&v).Elem()
	_, err = t.each(query, args, func(cols []string, vals []driver.Value) error {
		var zero T
		v = zero
		if err := p.fill(dst, vals, cols); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	}, func(st *statement, cols []string) (err error) {
		p, err = columns(dst.Type(), st, cols)
		return err
	})
	return out, err
}

// each runs a query and calls f with every row; check sees the columns first.
func (t *Tx) each(query string, args []any, f func(cols []string, vals []driver.Value) error, check func(st *statement, cols []string) error) (n int64, err error) {
	st := known(query)
	rows, err := t.run.query(st.text(t.postgres), bind(args))
	if err != nil {
		return 0, fmt.Errorf("db: %w (in %s)", err, st.head)
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	cols := rows.Columns()
	if err := check(st, cols); err != nil {
		return 0, err
	}
	vals := make([]driver.Value, len(cols))
	for {
		switch err := rows.Next(vals); {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, fmt.Errorf("db: %w (in %s)", err, st.head)
		}
		n++
		if err := f(cols, vals); err != nil {
			return n, err
		}
	}
}

// One is List for exactly one row; none is [fault.Missing].
func One[T any](t *Tx, query string, args ...any) (T, error) {
	var zero T
	l, err := List[T](t, query, args...)
	if err != nil {
		return zero, err
	}
	if len(l) == 0 {
		return zero, fault.Missing()
	}
	return l[0], nil
}

// Maybe is One without complaint: ok is false when there is no row.
func Maybe[T any](t *Tx, query string, args ...any) (v T, ok bool, err error) {
	l, err := List[T](t, query, args...)
	if err != nil || len(l) == 0 {
		return v, false, err
	}
	return l[0], true, nil
}

// Must1 turns "no row changed" into [fault.Stale]: every UPDATE of a state
// names the state it read.
func Must1(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.Stale()
	}
	return err
}

// JSON stores V as TEXT.
type JSON[T any] struct{ V T }

// Value implements driver.Valuer.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// Scan implements sql.Scanner.
func (j *JSON[T]) Scan(src any) error {
	var zero T
	j.V = zero
	switch s := src.(type) {
	case nil:
		return nil
	case string:
		if s == "" {
			return nil
		}
		return json.Unmarshal([]byte(s), &j.V)
	case []byte:
		return json.Unmarshal(s, &j.V)
	}
	return fmt.Errorf("db: JSON column holds %T", src)
}

// MarshalJSON shows the value itself.
func (j JSON[T]) MarshalJSON() ([]byte, error) { return json.Marshal(j.V) }

var _ sql.Scanner = (*JSON[int])(nil)

// EachRow calls f with the columns and values of every row, as int64, string
// or nil; for copying tables, not for services.
func (t *Tx) EachRow(query string, f func(cols []string, row []any) error, args ...any) (n int64, err error) {
	return t.each(query, args, func(cols []string, vals []driver.Value) error {
		row := make([]any, len(vals))
		for i, v := range vals {
			row[i] = v
			if b, ok := v.([]byte); ok {
				row[i] = string(b)
			}
		}
		return f(cols, row)
	}, func(*statement, []string) error { return nil })
}
