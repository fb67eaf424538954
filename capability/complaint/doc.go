// Package complaint is 投诉 and 举报: what a party says of the people who handle
// his case, to those who supervise them and not to those it names.
//
// A complaint goes to the court's office of trial management (审管办), a report
// to its discipline office (督察); when someone of that office or the president
// is named, to the office of the court above. Whoever is named, and everybody
// else at the court, sees nothing of it: no page, count, task, figure, entry of
// the case, receipt, line in the log or row that tells (the same ways as in
// oversight; docs/decisions/0005). The writer of a report stays unnamed until
// he says otherwise. Who of the office opened a paper is on record, for that
// office only. A paper that nobody may read is told so to its writer at once,
// with where else to go, and is read as soon as somebody fit holds the post. An
// answer comes within a number of working days.
//
// 民事诉讼法 14; 人民法院组织法 52; 法官法 55, 56. Reading order: rules.go,
// service.go, write.go, read.go, http.go, page.templ.
package complaint
