// Package offline holds the page that checks a receipt, or a paper, without any
// network: one HTML file that a person may keep on a stick and open from there.
//
// It repeats platform/ledger.Verify in plain JavaScript that runs on old
// telephones (no WebCrypto, no BigInt): sha.js and ed25519.js compute,
// receipt.js and verify.js decide, page.js shows. The tests hold every answer
// against Go's. The check of papers needs a browser of today; it is
// platform/sign/offline, in a script of its own, so that a browser that cannot
// read it still checks receipts; paper.js shows its answers.
package offline

import (
	"crypto/sha256"
	_ "embed" // the parts of the page
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	papers "mashang/platform/sign/offline"
)

//go:embed page.html
var frame string

//go:embed style.css
var style string

//go:embed sha.js
var sha string

//go:embed ed25519.js
var ed25519 string

//go:embed receipt.js
var receipt string

//go:embed verify.js
var verify string

//go:embed page.js
var page string

//go:embed paper.js
var paper string

//go:embed labels.json
var labels string

// Page is the whole file, UTF-8, with nothing outside of it.
var Page = With("", "")

// With is the page that brings root certificates (PEM) along, of seals and of
// people who sign once: whoever has it from a court need not look for them.
func With(roots, people string) []byte {
	b, err := json.Marshal([]string{roots, people}) // which writes < and > so that they end nothing
	if err != nil {
		panic(err) // of strings there is none
	}
	r := strings.NewReplacer("{{POLICY}}", policy(), "{{STYLE}}", sheet(), "{{SCRIPT}}", script(), "{{PAPER}}", second(), "{{ROOTS}}", string(b))
	return []byte(r.Replace(frame))
}

// Labels are the plain words for names in bodies and private values of
// entries; a name without one is shown as it is.
var Labels = readLabels()

func readLabels() map[string]string {
	m := map[string]string{}
	if err := json.Unmarshal([]byte(labels), &m); err != nil {
		panic(fmt.Sprintf("offline: labels.json: %v", err)) // a mistake of the build; any test finds it
	}
	return m
}

// script is everything between the script tags, byte for byte.
func script() string {
	return "\n'use strict';\nvar LABELS = " + strings.TrimSpace(labels) + ";\n" + strings.Join([]string{sha, ed25519, receipt, verify, page}, "\n")
}

func sheet() string { return "\n" + style }

// second is the script of papers.
func second() string { return "\n'use strict';\n" + papers.Script + "\n" + paper }

// CSP is the content security policy under which a server sends [Page]: its
// own script and style by their digests, and no connection to anywhere.
func CSP() string { return policy() + "; frame-ancestors 'none'" }

// policy is the part that also stands in the file itself; a meta element may
// not say frame-ancestors.
func policy() string {
	return "default-src 'none'; script-src " + digest(script()) + " " + digest(second()) + "; style-src " + digest(sheet()) + "; form-action 'none'; base-uri 'none'"
}

func digest(s string) string {
	h := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'"
}
