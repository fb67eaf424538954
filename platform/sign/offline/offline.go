// Package offline checks a paper in a browser that has no network: pdf.js says
// what platform/sign.Verify says, with the browser's own cryptography. The
// tests of platform/sign hold its answers against Go's, over everything that a
// forger is known to do. The page around it is that of platform/ledger/offline.
package offline

import _ "embed" // the script

// Script is the source, which defines window.mashangPaper(file, roots, people, now).
//
//go:embed pdf.js
var Script string
