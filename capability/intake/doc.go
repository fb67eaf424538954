// Package intake is 导入: how cases come from a court's former system.
//
// A program hands over one case at a time, by its number ([Service.Put]); the
// same twice is the same. What a case must be is casebook's business ([Cases]);
// a record's shape is docket/record. An import sends nobody a message: people
// hear of 码上通 when the court gives them their notice.
//
// Reading order: put.go.
package intake
