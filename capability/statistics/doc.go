// Package statistics is 统计: the court's figures, each with what it is a share
// of, how it compares, and the cases behind it.
//
// It hears what happens and keeps two things: what is counted, each thing once
// (statistics_event), and how often, by place, day and month (statistics_sum),
// which is all that a page reads. What is counted of a case follows from the
// case as it stands: whenever a fact says that it changed, its events are
// derived anew, and the difference goes into the sums. So a corrected, moved
// or reopened case is right in every period, and everything can be dropped and
// made again to the same numbers.
//
// What the figures are is law/stats; who may see which place is scope.go; what
// is too few to be shown is small.go. Sealed cases are counted and never named.
//
// Reading order: event.go, sum.go, hear.go, book.go, scope.go, small.go,
// figures.go, cases.go, http.go, report.go.
package statistics
