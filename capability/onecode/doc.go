// Package onecode is 码上通: one case, one code.
//
// Each recipient of a case gets a code of his own (code.go). It names the case
// and opens nothing by itself: whoever scans it must first prove, by the phone
// that the court holds for him, that he is that recipient. Behind it party and
// court talk (message.go): a question starts a clock in working days, the
// assistant drafts, the judge sends; late answers are reminded of and then
// seen by the head of the division (remind.go). Nothing is said in private:
// the other side sees who, when and what kind (民事诉讼法 8, 平等), and what
// concerns the merits must be filed as evidence. Besides questions there are
// opinions, and after judgment the question why; how each was handled, and how
// the court served, is rated (rate.go) without a sign to whoever handles the case.
//
// Reading order: rules.go, store.go, code.go, message.go, remind.go,
// delegate.go, rate.go, http.go, ratings.go, page.templ.
package onecode
