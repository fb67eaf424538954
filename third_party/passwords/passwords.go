// Package passwords carries passwords that leaked and are tried first, for
// refusing them (see README.md beside this file).
package passwords

import (
	_ "embed" // the list
	"sort"
	"strings"
)

// leaked is lower case, one a line, in the order of its bytes.
//
//go:embed leaked.txt
var leaked string

// Leaked reports whether a password is in the list, whatever its case.
func Leaked(p string) bool {
	p = strings.ToLower(p)
	// The list is searched where it lies: a slice of its lines would be most of
	// a megabyte of every process.
	start := func(i int) int { return strings.LastIndexByte(leaked[:i], '\n') + 1 }
	at := sort.Search(len(leaked), func(i int) bool { return leaked[start(i):] >= p })
	return p != "" && !strings.Contains(p, "\n") && at < len(leaked) && strings.HasPrefix(leaked[start(at):], p+"\n")
}
