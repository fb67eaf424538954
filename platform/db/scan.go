package db

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
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

// timeDest scans BIGINT milliseconds into a time in UTC; 0 and NULL are the zero time.
type timeDest struct{ t *time.Time }

func (d timeDest) Scan(v any) error {
	*d.t = time.Time{}
	switch n := v.(type) {
	case nil:
	case int64:
		if n != 0 {
			*d.t = time.UnixMilli(n).UTC()
		}
	default:
		return fmt.Errorf("db: a time is stored as milliseconds, not %T", v)
	}
	return nil
}

// plan says which field receives which column.
type plan struct {
	fields [][]int
	times  []bool
}

type planKey struct {
	t    reflect.Type
	cols string
}

var plans sync.Map

var timeType = reflect.TypeFor[time.Time]()

// columns pairs each column with the field whose db tag names it. A column
// without a field, or a field without a column, is an error: by position, two
// swapped TEXT columns would pass unseen.
func columns(t reflect.Type, cols []string) (*plan, error) {
	key := planKey{t, strings.Join(cols, ",")}
	if p, ok := plans.Load(key); ok {
		return p.(*plan), nil
	}
	at := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		if tag := f.Tag.Get("db"); tag != "" {
			at[tag] = f
		}
	}
	p := &plan{}
	seen := map[string]bool{}
	for _, c := range cols {
		f, ok := at[c]
		if !ok {
			return nil, fmt.Errorf("db: %s has no field for column %q", t, c)
		}
		seen[c] = true
		p.fields = append(p.fields, f.Index)
		p.times = append(p.times, f.Type == timeType)
	}
	if len(seen) != len(at) {
		return nil, fmt.Errorf("db: %s has %d tagged fields, the query %d columns", t, len(at), len(seen))
	}
	plans.Store(key, p)
	return p, nil
}

// List scans each row into a T by column name. T is a struct with db tags, or
// a single string or int64 for one-column queries.
func List[T any](t *Tx, query string, args ...any) ([]T, error) {
	st := known(query)
	rows, err := t.run.query(t.ctx, st.text(t.postgres), bind(args))
	if err != nil {
		return nil, fmt.Errorf("db: %w (in %s)", err, st.head)
	}
	defer func() { _ = rows.Close() }()
	var out []T
	if reflect.TypeFor[T]().Kind() != reflect.Struct {
		for rows.Next() {
			var v T
			if err := rows.Scan(&v); err != nil {
				return nil, fmt.Errorf("db: %w (in %s)", err, st.head)
			}
			out = append(out, v)
		}
		return out, rows.Err()
	}
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	p, err := columns(reflect.TypeFor[T](), cols)
	if err != nil {
		return nil, err
	}
	dst := make([]any, len(p.fields))
	for rows.Next() {
		var v T
		rv := reflect.ValueOf(&v).Elem()
		for n, i := range p.fields {
			ptr := rv.FieldByIndex(i).Addr().Interface()
			if p.times[n] {
				ptr = timeDest{ptr.(*time.Time)}
			}
			dst[n] = ptr
		}
		if err := rows.Scan(dst...); err != nil {
			return nil, fmt.Errorf("db: %w (in %s)", err, st.head)
		}
		out = append(out, v)
	}
	return out, rows.Err()
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
func (t *Tx) EachRow(query string, f func(cols []string, row []any) error) (n int64, err error) {
	rows, err := t.run.query(t.ctx, known(query).text(t.postgres), nil)
	if err != nil {
		return 0, fmt.Errorf("db: %w", err)
	}
	defer func() { _ = rows.Close() }()
	cols, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		row := make([]any, len(cols))
		dst := make([]any, len(cols))
		for i := range row {
			dst[i] = &row[i]
		}
		if err := rows.Scan(dst...); err != nil {
			return n, err
		}
		for i, v := range row {
			if b, ok := v.([]byte); ok {
				row[i] = string(b)
			}
		}
		n++
		if err := f(cols, row); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}
