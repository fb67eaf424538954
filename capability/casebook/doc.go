// Package casebook is 案件: a matter from the counter to its end.
//
// A filing officer enters it, the filing judge accepts it and it gets its
// number; then judge, panel, procedure, time limit, parties, agents, secrecy,
// appeal and closing are each an act of its own, with its guard, its page, its
// JSON and its entry in the ledger. The case page is assembled from the panels
// of every service; casebook itself gives the head, the people and the steps.
//
// 民事诉讼法 40–43, 61–66, 122–129, 152–154, 164, 168; 审理期限规定 (2000), 延长审限规定 (2019).
// Reading order: rules.go, act.go (what all acts share), enter.go, bench.go,
// course.go, people.go, read.go, http.go.
package casebook
