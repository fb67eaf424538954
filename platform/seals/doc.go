// Package seals is how a court has its seals put on by a key that it does not
// have: a signing service, or a token of which only a process beside it has the
// library.
//
// The court computes what is to be signed, asks with the digest and the label of
// the key, and checks the answer with the certificate that it was given. Nothing
// of a paper leaves the court but that digest. The protocol is small (below), so
// that what stands in front of a vendor's device is a page of code:
//
//	GET  URL/chain?label=LABEL&algorithm=ALGORITHM
//	     200 {"chain": [DER…], "crls": [DER…]}        the key's certificate first, no root
//	     404                                          there is no such key
//	POST URL/sign  {"label", "algorithm", "digest"}
//	     200 {"signature": DER}
//
// Bytes are base64. The algorithm is SHA256 (an ECDSA or RSA key signs that
// digest) or SM2 (the key signs e, as GM/T 0003.2 computes it). Who asks shows
// the key that both were given: Authorization: Bearer KEY. crls may be left out.
//
// Reading order: seals.go, serve.go, remote.go, stamps.go, lists.go,
// pause.go.
package seals
