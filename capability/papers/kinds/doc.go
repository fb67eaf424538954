// Package kinds is the kinds of court paper, each written as data in forms/:
// a head, the fields that a clerk fills, the body and a fictional case.
//
// A kind fills its form with values, and says what is wrong with them before
// anyone signs. It knows nothing of files or accounts: package papers gathers
// what a case knows, orders, draws and issues.
//
// What each paper must contain: 民事诉讼法 and the articles in the head of each form.
// Reading order: kind.go, values.go, catalogue.go, lint.go.
package kinds
