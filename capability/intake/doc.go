// Package intake is 导入: how cases come from a court's former system.
//
// A program hands over one case at a time, by its number ([Service.Put]); the
// same twice is the same. What a case must be is casebook's business ([Cases]);
// a record's shape is docket/record. An import sends nobody a message: people
// hear of 码上通 when the court gives them their notice.
//
// The list is kept sealed for thirty days and then erased; jobs carry the id of
// the import alone. Only filing judges of the court import and take back: the
// three administrators see no case, and what is imported is decided as a filing
// is.
//
// Reading order: put.go, list.go and words.go (from a list to records),
// batch.go (the acts), work.go (the jobs), report.go, http.go.
package intake
