// Package sign puts signatures on the papers of platform/pdf and lets anyone
// check them.
//
// A signature is appended to the file, which stays as it was (incremental
// update, ISO 32000-1 7.5.6 and 12.8). It is a detached CMS (RFC 5652) that
// names the signer's certificate (RFC 5035) and carries a time stamp of its
// own value (RFC 3161, RFC 5816). The files have the shape of PAdES B-T (ETSI
// EN 319 142-1), with [AddStore] and [AddStamp] that of the levels above. No
// conformance is claimed: nobody has certified it.
//
// # Signing
//
// [Sign] signs with a key that we hold: a seal, a member of staff. A party's
// key is on his phone and never leaves it: [Prepare] gives what is to be
// signed, the phone signs, [Prepared.Complete] puts it in.
//
// # Checking
//
// A signature in a PDF covers the file as it was, not what a reader shows: who
// appends a revision can replace every page, and many readers say "valid" all
// the same. Therefore [Verify] does not search a file for signatures. It reads
// it from the first byte to the last, and explains every revision after the
// paper by writing it again: from what the revision says it adds, our own
// writer makes it anew, and both must be equal to the last byte. Only three
// things can be said in that way: a signature, a store of certificates, a time
// stamp. Whatever else was appended, and be it a blank, makes the file
// [Changed], and the report says which pages show something else than what was
// signed. What no signature covers is checked by other means: of a signature's
// container and of its stamp every byte has one form, every certificate in
// them must be on the way to the root, and everything in the store must be
// vouched for by one that is trusted.
//
// The picture of a signature is multiplied with the page: it can darken what
// is printed there, never cover it. That of a seal is the same on all its papers
// ([Picture]). People sign before the seal: what one of them signs after it is
// refused, for his strokes could add to what was sealed.
//
// What Verify cannot see: that the newest signatures were cut off. The shorter
// file is what it was before they were made, so [Report.Signers] counts.
//
// # Limits
//
// It reads papers of platform/pdf only: classic tables, no object streams, a
// form that has nothing but signatures. Revocation is known from lists, in the
// file or in [Trust]; whether a list is fresh is the caller's to ask. Time
// stamps must name their certificate as RFC 5816 has it. SM2 and SM3 are not
// here. An ECDSA signature over a certificate, a list or a stamp has two
// spellings (s and n-s); both are taken, and say the same.
//
// # Reading order
//
// syntax.go and text.go are values; read.go makes revisions of a file, write.go
// one more; view.go is what a reader sees of it. field.go and picture.go are what a
// signature shows, place.go the revision that adds it, dss.go that of the store;
// explain.go finds out which of them a revision is. cms.go, token.go and
// stamp.go are the cryptographic containers, sign.go puts them in. report.go
// says what can be said, trust.go who is believed, verify.go brings all
// together. authority.go issues certificates for tests and demonstrations.
package sign
