// Package delivery is 送达: how a paper reaches a person with effect in law.
//
// It keeps where each party wants papers and whether he agrees to electronic
// service (在线诉讼规则 29–30), carries papers by every way of 民事诉讼法 88–95,
// and writes down when service took effect and by which rule. Which ways are
// open and what has effect is decided in law/service; here are the facts that
// it asks for: one service for a paper and its recipient, each attempt with what
// became of it, and one effect at a time, told once as [fact.ServiceEffective],
// or as [fact.ServiceUndone] when the recipient proved that it was none. A
// gateway's answer, a page that was fetched, a preview are nothing; a receipt
// that the phone or the recipient's mail server took a message is success.
//
// Reading order: reach (where, and consent), service.go (a service and its
// effect), send.go (electronic), outcome.go (what became of it), hand.go (by
// hand), rules.go, views.go, http.go.
package delivery
