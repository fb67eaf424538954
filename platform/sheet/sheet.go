// Package sheet reads the lists that courts bring, as XLSX or CSV, and writes
// the tables that people take with them. A list is read row by row within
// bounds, because a small file can claim a million rows; in a table that leaves
// no cell is a formula, whatever was typed into it.
//
// Reading order: read.go, bound.go (what a file may unfold into), cell.go (what a
// cell means), write.go.
package sheet
