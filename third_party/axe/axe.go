// Package axe carries axe-core (Deque Systems, MPL-2.0), unmodified, for tests
// of accessibility in a real browser. Its version is in the file's first line.
package axe

import _ "embed" // the script

// Script is axe.min.js.
//
//go:embed axe.min.js
var Script string
