// Package persons is an authority that certifies people: whoever signs a paper
// on his phone gets a certificate for that one paper and ten minutes, after the
// authority itself, and not the court, has looked whether it is he.
//
// The authority sends a code of its own to the phone. Who has the phone and
// types the code gets certificates for the key that his browser made; the key
// never leaves the browser. A court asks through a port of three questions
// (Begin, Issue, Roots) and has a fourth answered, what time it is (Stamp).
//
// [Test] is an authority for tests and demonstrations. Its own keys live in the
// memory of its process and nowhere else: when the process ends nobody, with
// whatever disk, can issue in its name. [Test.Handler] serves it to others,
// [Remote] asks one that is served.
package persons
