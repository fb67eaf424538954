// Package oversight is 三个规定 made practical: whoever is asked about a case
// writes it down in two clicks, and whoever opens a case that is not his says
// why.
//
// Two halves, which pull in opposite directions. A record of an inquiry is
// seen by its writer and by the discipline office, and by nobody else: it
// leaves no sign on a page, in a count, in a case's entries, in a receipt, in
// a log. Opening a case is seen by the people whose case it is.
//
// Why nobody else can tell that a record was made: its row is sealed and looks
// like the answer "nobody asked" that every closed case leaves; its ledger entry
// belongs to no court and no case but to a chain of its writer's; its routes are
// quiet (web.Route); no job and no message follows from it.
//
// 人民法院组织法 52; 中办国办〔2015〕23号; 中央政法委〔2015〕10号; 法发〔2015〕11号.
// Reading order: rules.go and snoop.go (pure), service.go, report.go (writing),
// read.go (who reads), closing.go and quarter.go (zero reports), summary.go, open.go
// (a basis for opening), watch.go.
package oversight
