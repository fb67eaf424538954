package sign

import (
	"crypto/x509"
	"time"
)

// Verdict is the answer in one word.
type Verdict string

// The answers. A file is Genuine if every byte of it is explained, every
// signature holds, and every certificate is trusted, was valid and not revoked
// at the time that a trusted stamp proves.
const (
	Unsigned  Verdict = "unsigned"  // a paper of this form that nobody signed
	Genuine   Verdict = "genuine"   // all is well
	Untrusted Verdict = "untrusted" // nothing that was signed was changed, but who signed, or when, is not proven
	Changed   Verdict = "changed"   // something was changed after a signature
)

// Added is what a revision added to the file.
type Added string

// What a revision of ours adds. The first revision, and one that is not ours,
// have none of these.
const (
	AddedSignature Added = "signature"
	AddedStamp     Added = "timestamp"
	AddedStore     Added = "dss"
)

// What says what an objection is about.
type What string

// What can be found in a file that was changed.
const (
	PageChanged       What = "page.changed"    // a page shows something else than what was signed
	PageAdded         What = "page.added"      // a page that nobody signed
	PageRemoved       What = "page.removed"    // a page that was signed is not shown
	AnnotationChanged What = "annotation"      // something was stuck onto a page, or taken off
	FormChanged       What = "form"            // a field was filled in, or a signature's picture replaced
	CatalogChanged    What = "catalog"         // what belongs to the whole file: title, scripts, layers
	Unexplained       What = "structure"       // a revision has bytes that no signature, stamp or store needs
	Unreadable        What = "unreadable"      // from Byte on this is no revision at all, and readers may show anything
	PaperForm         What = "paper.form"      // the first revision is not in the form of our papers: damaged, or never ours
	BytesChanged      What = "signature.bytes" // what the signature covers is not what was signed
	SignatureBroken   What = "signature.form"  // the signature, its stamp or the room around it is damaged
	OtherPaper        What = "other.paper"     // the certificate was issued for another paper
	AfterSeal         What = "after.seal"      // a person signed what was sealed: the picture of his signature is no part of it
	StoreWrong        What = "dss.content"     // the store has something that is no certificate and no list
)

// Objection is one thing that must not be in the file.
type Objection struct {
	What     What
	Revision int // index in Report.Revisions
	Page     int // 1-based; 0 if no one page is meant
	Byte     int // where reading stopped, for Unreadable
}

// Problem says why an unchanged signature, or file, is not trusted.
type Problem string

// Why a signature or a file is not trusted.
const (
	NoPath       Problem = "untrusted"       // its certificate leads to no root that we trust
	Expired      Problem = "expired"         // its certificate was not valid at that time
	Revoked      Problem = "revoked"         // its certificate was revoked by that time
	WrongUse     Problem = "usage"           // its certificate is for something else
	NoStamp      Problem = "stamp.missing"   // nobody proves the time
	StampNoPath  Problem = "stamp.untrusted" // who proves the time is not trusted
	StampTooLate Problem = "stamp.future"    // the proven time is later than now
	SurplusCert  Problem = "surplus"         // it carries certificates that are none of its own
	NameDiffers  Problem = "name"            // the name shown is not that of the certificate
	StoreNoPath  Problem = "dss.untrusted"   // of the file: its store has what nobody whom we trust vouches for
)

// Signature is one signature or, with Stamp set, one time stamp over the file.
type Signature struct {
	Field       string
	Stamp       bool
	Certify     bool
	Name        string // as the file shows it
	Subject     string // as the certificate has it
	Reason      string
	Place       string
	Page        int // 1-based
	Certificate *x509.Certificate
	OneTime     bool      // the certificate is one for this paper only, as people get it
	Time        time.Time // proven by the stamp; zero if there is none
	Revision    int       // index in Report.Revisions: it covers this one and those before
	Covers      int       // how many bytes from the start of the file, its own hole among them
	Intact      bool
	Trusted     bool // intact, and no problem
	Problems    []Problem
}

// Revision is one act of writing: the paper first, then what was added.
type Revision struct {
	Start, End int // its bytes
	Added      Added
}

// Report is what can be said of a file.
type Report struct {
	Verdict    Verdict
	Signatures []Signature
	Revisions  []Revision
	Objections []Objection
	Problems   []Problem // of the file as a whole; each signature has its own
	Pages      []int     // 1-based pages that differ between what was signed and what a reader shows
}

// Signers counts the signatures of persons and seals. A file from which the
// newest signature was cut off is a genuine file with fewer signers: who knows
// how many there should be compares.
func (r Report) Signers() int {
	n := 0
	for _, s := range r.Signatures {
		if !s.Stamp {
			n++
		}
	}
	return n
}

func (r *Report) object(o Objection) { r.Objections = append(r.Objections, o) }
