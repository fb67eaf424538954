package db

import "strings"

// Rows are inserted by one statement: many small statements cost more than
// what they write.
type Rows struct {
	n    int
	args []any
}

// Add appends a row.
func (r *Rows) Add(values ...any) {
	r.n++
	r.args = append(r.args, values...)
}

// most bounds the rows of one statement, so that few texts are prepared and
// none exceeds an engine's number of arguments.
const most = 64

// Insert writes the rows into "table (columns)"; tail is what follows VALUES.
func (r *Rows) Insert(tx *Tx, into, tail string) error {
	if r.n == 0 {
		return nil
	}
	width := len(r.args) / r.n
	row := "(" + In(width) + ")"
	for len(r.args) > 0 {
		n := min(most, len(r.args)/width)
		q := "INSERT INTO " + into + " VALUES " + row + strings.Repeat(", "+row, n-1) + " " + tail
		if _, err := tx.Exec(q, r.args[:n*width]...); err != nil {
			return err
		}
		r.args = r.args[n*width:]
	}
	r.n = 0
	return nil
}
