// Package signing is 电子签章: the seal of a court as a signature on its papers,
// and the answer to anyone who holds a file and asks whether it is one of ours.
//
// A paper that a court seals leaves with a signature over all its bytes, made
// by the key of that seal and stamped with the time (电子签名法 13, 14). Keys and
// certificates come from an authority; built in is one for tests, and all that
// it issues says so. The check compares every byte of a file, says which page
// was replaced, and knows whether the file is the very one that a court issued
// and whether it still counts.
//
// People sign on their phones in rounds. The key is made in the browser and
// never leaves it; an authority of persons, whose keys are not the court's,
// certifies it for one paper after a look of its own whether it is he
// (docs/decisions/0010).
//
// Reading order: seal.go, check.go, persons.go, round.go (who signs what, and
// when), act.go (what people do), rounds.go (routes), http.go, *.templ; the
// other half is ui/static/sign.js.
package signing
