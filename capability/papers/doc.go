// Package papers is 文书: court papers from template to sealed PDF.
//
// A kind of paper is data (package kinds). Ordering a paper freezes the data
// that fills it; a job draws it, stores the PDF by its digest and issues it,
// after which nothing in it changes. Each page carries the paper code, with
// which anyone learns that the paper is genuine and nothing else; a recipient's
// own copy carries his case code too.
//
// What each paper must contain: 民事诉讼法 126, 129; 在线诉讼规则 9; 互联网公开审判流程信息的规定 4.
// No paper shows the court's seal before the court has sealed it (seal.go).
// Reading order: values.go, service.go, seal.go, sign.go, http.go.
package papers
