// Package intake is 导入: how cases come from a court's former system.
//
// A filing judge uploads a list (CSV or XLSX), one row a party. First every
// case in it is tried and nothing is written; the report says row by row what
// would become of it. What is right is then carried out, an act and an entry a
// case, by jobs that go on where they were cut off. An import can be taken
// back: what it made and nobody has touched since leaves every list, and what
// somebody worked on stays, with the reason.
//
// What a case must be is casebook's business ([Cases]); a record's shape is
// docket/record. A program hands over one case at a time by [Service.Put].
// An import sends nobody a message: people hear of 码上通 when the court gives
// them their notice.
//
// The list is kept sealed for thirty days and then erased; jobs carry the id of
// the import alone. Only filing judges of the court import and take back: the
// three administrators see no case, and what is imported is decided as a filing
// is.
//
// Reading order: put.go, sheet.go and words.go (from a list to records),
// batch.go (the acts), work.go (the jobs), report.go, http.go.
package intake
