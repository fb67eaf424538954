// Package reach is what the file knows of how to reach a party: where he wants
// papers, who said so, and whether he agrees to electronic service
// (在线诉讼规则 29–30; 民诉法解释 136–137). The tables are delivery's, and so are
// the entries; a change is a new row, and the old one is ended and kept.
//
// Reading order: address.go (what is kept), confirmation.go (the paper of it in
// the file), http.go.
package reach
