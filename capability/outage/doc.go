// Package outage is 断线台账: when the court could not be reached, and what
// follows for those whose time ran out meanwhile.
//
// A node writes once a minute that it lives; what lies between the last beat
// and the next, when it is long enough, is an outage. A machine elsewhere asks
// as a citizen would and keeps what it saw in a file (mashang probe), which an
// administrator uploads; both make one span. Each outage has one entry of the
// ledger when it is found, one more when it proves longer, and a certificate
// that everybody may read.
//
// For each party whose last day ended in it the court drafts an application to
// prolong the period (民事诉讼法 86). He reads it, hands it in or leaves it; the
// judge decides. No deadline moves by itself: a 不变期间 never does, and the
// court's own limits are not even looked at.
//
// Reading order: beat.go (what was seen), draft.go (whom it concerns), apply.go
// (the party and the judge), http.go, page.templ.
package outage
