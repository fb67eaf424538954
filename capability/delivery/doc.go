// Package delivery is 送达: how a paper reaches a person with effect in law.
//
// So far it knows one way, direct service at the counter (民事诉讼法 87–88): the
// paper is handed over, the recipient signs the 送达回证, the signed return is
// scanned in, and the day he wrote on it is the day of service. The fact
// [fact.ServiceEffective] starts the periods that hang on it.
//
// Reading order: rules.go, service.go, http.go.
package delivery
