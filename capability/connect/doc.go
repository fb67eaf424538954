// Package connect is 对接: the ways in and out for a court that already has
// other systems.
//
// The system administrator names a system, says what it may do and until when,
// and sees its token and its signing secret once. The token is an actor
// ([access.Connected]) of one court. In come cases, one by one, the same twice
// being the same, and events; out go events (CloudEvents 1.0) of what happened
// in the court's cases: ids, dates and the case number, nothing of people,
// nothing of sealed cases, nothing of complaints, reports or oversight.
//
// An event leaves by the job of its own fact as one letter for each way: a
// signed webhook, a signed file in a folder (platform/exchange), or a message
// on a bus. Each way is one lane of the queue: what cannot be delivered holds up
// its own way only, never a case. What was tried for the last time waits for
// the administrator, who sends it again or lets it be.
//
// Reading order: rules.go, service.go, system.go, way.go, tell.go, send.go,
// receive.go, collect.go, bus.go, letters.go, http.go, page.templ.
package connect
