package access

// table says who may do what to which kind of object; what it does not name
// is refused. access_test.go holds it against a table that a lawyer wrote by
// hand, and the walking test of the whole program against every route.
var table = map[string]map[string]Relation{
	"case": {
		"list":      Person,
		"read":      Side | Bench | Delegate | Opened | Above | Filing | System,
		"number":    Filing, // enter the number that the internal system gave
		"accept":    FilingJudge,
		"refuse":    FilingJudge,
		"assign":    FilingJudge | Head | President,
		"panel":     Handler | Head | President,
		"procedure": Handler,
		"suspend":   Handler,
		"resume":    Handler,
		"extend":    President,
		"exclude":   Handler,
		"close":     Handler,
		"appeal":    Handler | Clerk | Filing,
		"link":      Handler | Filing,
		"correct":   Handler | FilingJudge,
		"secrecy":   Handler | President,
		"party":     Handler | Filing,
		"agent":     Handler | Clerk | Filing,
		"open":      Colleague,                   // with a basis, on record
		"approve":   Handler | Member | Delegate, // that a colleague opens a sealed one
		"readers":   Side | Bench,
	},
	"person": { // personal numbers, shown in full only to who needs them
		"reveal": Handler | Clerk | Filing,
		"check":  Filing, // look at the paper ID at the counter
		"merge":  FilingJudge | SecurityAdmin,
	},
	"message": {
		"read":    Side | Bench | Delegate | Head | System,
		"ask":     Side,
		"draft":   Handler | Assistant | Clerk | Delegate,
		"send":    Handler | Delegate,
		"contact": Bench | Delegate,
		"note":    Filing,                 // a contact, by the number of a case that he need not see
		"route":   Handler | Clerk | Head, // one message to another who answers
		"board":   Above,                  // what waits and what is late, without the words
		"follow":  Supervision,            // a bad rating
	},
	"code": {
		"read":    Side,
		"reissue": Handler | Clerk | Filing,
		"revoke":  Handler | Clerk | Filing,
	},
	"paper": {
		"read":     Side | Bench | Delegate | Above | Filing | Window | System,
		"make":     Handler | Clerk | Filing | System,
		"draft":    Handler | Member | Assistant | Clerk | FilingJudge,
		"proof":    Handler | Member | Assistant | Clerk | FilingJudge | President, // see a draft
		"approve":  Handler | FilingJudge | President,                              // sign it off; the president what only he signs
		"withdraw": Handler | FilingJudge,
		"print":    Bench | Filing,
	},
	"signing": { // of a paper by people
		"read":   Side | Bench | Above | System, // of a side: what it signs itself
		"sign":   Side | Handler | Member | Assistant | Clerk,
		"refuse": Handler | Clerk, // write down that somebody would not sign
		"cancel": Handler | Clerk,
	},
	"service": {
		"read":     Side | Bench | Filing | Window | Above | System,
		"handover": Handler | Clerk | Filing,
		"track":    System,                               // what the post says of its own parcels
		"address":  Handler | Assistant | Clerk | Filing, // write down where a party wants it
		"confirm":  Side,                                 // say so oneself
		"send":     Handler | Assistant | Clerk | Filing,
		"receive":  Side,
		"rebut":    Handler | Clerk, // he proved that it did not reach him
	},
	"deadline": {
		"meet": Handler | Assistant | Clerk | Filing,
	},
	"extension": { // 申请顺延期限, after the court's own system was down
		"read":   Side | Bench | System,
		"apply":  Side,
		"decide": Handler,
	},
	"receipt": {
		"export": Side,
	},
	"court": { // settings of a court
		"enter":    Filing,                           // receive a filing
		"import":   FilingJudge | System,             // cases from another system, and taking that back
		"take":     FilingJudge | System | Connected, // one case that another system tells
		"read":     Staff,
		"settings": SystemAdmin,
		"forms":    Supervision, // the wording of papers
		"staff":    SystemAdmin,
		"posts":    SecurityAdmin,
		"seals":    SecurityAdmin,
		"lock":     SecurityAdmin,
		"audit":    AuditAdmin,
		"jobs":     SystemAdmin,
	},
	"statistics": { // the figures of a court; of a head his division, of a judge his own cases
		"read":     Judge | Above, // the page, which asks further
		"own":      Judge | Head | President,
		"division": Above, // of a head: his own
		"court":    President | Supervision | System,
		"area":     President | Supervision | System, // with the courts below
		"rebuild":  System,
	},
	"desk": {
		"read": Staff,
	},
	"oversight": { // 三个规定
		"record":  Staff,                    // write down that someone asked, report a quarter; read one's own
		"read":    Discipline,               // what others wrote down
		"reports": Discipline | Supervision, // who has reported a quarter, not what
		"open":    Colleague,                // ask to open a case that is not one's own
		"vouch":   President,                // that an office opens a sealed one, past who handles it
	},
	"complaint": { // 投诉 and 举报, past those whom they name
		"write":   Side,
		"read":    Supervision | Discipline, // the office's door; each kind has its own
		"handle":  Supervision,
		"inspect": Discipline,
	},
	"connect": { // what another system may do through its token; its scopes narrow it further
		"put":  Connected, // a case, by its number
		"read": Connected, // what happened in the court's cases
		"send": Connected, // tell the court that something happened
	},
	"account": { // one's own
		"use": Account,
	},
}

// bySelf is what a side does only once he has proved that the account is his: it binds
// him, or says in his name what goes past the court's people of the case. One of
// them can come into the case as he, by a phone that he wrote down for him.
var bySelf = map[string][]string{
	"service":   {"confirm", "receive"},
	"signing":   {"sign"},
	"extension": {"apply"},
	"complaint": {"write"},
	"receipt":   {"export"}, // which says who looked at the case
}
