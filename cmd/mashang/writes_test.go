package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"mashang/docket/access"
	"mashang/platform/clock"
	"mashang/platform/config"
	"mashang/platform/web"
)

// path is one way in which the program writes: by which verb of the access
// table, and the kind of the one entry that it makes, empty for what keeps
// only the house's own books.
type path struct {
	verb, entry string
	file        bool // it is answered by a file, the second time too
}

// writes are the paths that the workload goes: the route, and behind a blank
// what tells two forms of one route apart.
var writes = map[string]path{
	"/casebook/enter":                             {verb: "court enter", entry: "casebook.entered"},
	"/casebook/{case}/accept":                     {verb: "case accept", entry: "casebook.accepted"},
	"/casebook/{case}/refuse":                     {verb: "case refuse", entry: "casebook.refused"},
	"/casebook/{case}/assign":                     {verb: "case assign", entry: "casebook.assigned"},
	"/casebook/{case}/panel":                      {verb: "case panel", entry: "casebook.panel"},
	"/casebook/{case}/procedure":                  {verb: "case procedure", entry: "casebook.procedure"},
	"/casebook/{case}/suspend":                    {verb: "case suspend", entry: "casebook.suspended"},
	"/casebook/{case}/resume":                     {verb: "case resume", entry: "casebook.resumed"},
	"/casebook/{case}/extend":                     {verb: "case extend", entry: "casebook.extended"},
	"/casebook/{case}/exclude":                    {verb: "case exclude", entry: "casebook.excluded"},
	"/casebook/{case}/close":                      {verb: "case close", entry: "casebook.closed"},
	"/casebook/{case}/appeal":                     {verb: "case appeal", entry: "casebook.appealed"},
	"/casebook/{case}/link":                       {verb: "case link", entry: "casebook.linked"},
	"/casebook/{case}/correct":                    {verb: "case correct", entry: "casebook.corrected"},
	"/casebook/{case}/secrecy":                    {verb: "case secrecy", entry: "casebook.secrecy"},
	"/casebook/{case}/party":                      {verb: "case party", entry: "casebook.joined"},
	"/casebook/{case}/party/{party}/mend":         {verb: "case party", entry: "casebook.party_corrected"},
	"/casebook/{case}/party/{party}/leave":        {verb: "case party", entry: "casebook.left"},
	"/casebook/{case}/agent":                      {verb: "case agent", entry: "casebook.agent"},
	"/casebook/{case}/agent/{agent}/dismiss":      {verb: "case agent", entry: "casebook.agent_ended"},
	"/casebook/{case}/party/{party}/reveal":       {verb: "person reveal", entry: "casebook.revealed"},
	"/casebook/{case}/export":                     {verb: "receipt export", entry: "casebook.exported", file: true},
	"/clocks/{case}/met":                          {verb: "deadline meet", entry: "clocks.met"},
	"/papers/write/{case}/save":                   {verb: "paper draft", entry: "papers.drafted"},
	"/papers/write/{case}/save submitted":         {verb: "paper draft", entry: "papers.submitted"},
	"/papers/write/{case}/{draft}/decide drop":    {verb: "paper draft", entry: "papers.dropped"},
	"/papers/write/{case}/{draft}/decide return":  {verb: "paper approve", entry: "papers.returned"},
	"/papers/write/{case}/{draft}/decide approve": {verb: "paper approve", entry: "papers.approved"},
	"/papers/{case}/make":                         {verb: "paper make", entry: "papers.ordered"},
	"/papers/paper/{paper}/withdraw":              {verb: "paper withdraw", entry: "papers.withdrawn"},
	"/delivery/{case}":                            {verb: "service handover", entry: "delivery.handed_over"},
	"/delivery/{case}/address/{party}":            {verb: "service address", entry: "delivery.address"},
	"/delivery/{case}/confirm":                    {verb: "service confirm", entry: "delivery.address"},
	"/delivery/{case}/send":                       {verb: "service send", entry: "delivery.prepared"},
	"/delivery/{case}/open/{service}":             {verb: "service receive", entry: "delivery.opened"},
	"/delivery/{case}/want/{service}":             {verb: "service receive", entry: "delivery.wanted"},
	"/delivery/{case}/rebut/{attempt}":            {verb: "service rebut", entry: "delivery.rebutted"},
	"/delivery/{case}/hand":                       {verb: "service handover", entry: "delivery.by_hand"},
	"/delivery/{case}/result/{attempt}":           {verb: "service handover", entry: "delivery.result"},
	"/onecode/{case}/code/{party}":                {verb: "code reissue", entry: "onecode.reissued"},
	"/onecode/{case}/ask question":                {verb: "message ask", entry: "onecode.asked"},
	"/onecode/{case}/ask opinion":                 {verb: "message ask", entry: "onecode.opinion"},
	"/onecode/{case}/ask explain":                 {verb: "message ask", entry: "onecode.explain"},
	"/onecode/{case}/message/{message}/draft":     {verb: "message draft", entry: "onecode.drafted"},
	"/onecode/{case}/message/{message}/send":      {verb: "message send", entry: "onecode.answered"},
	"/onecode/{case}/message/{message}/evidence":  {verb: "message send", entry: "onecode.answered"},
	"/onecode/{case}/message/{message}/rate":      {verb: "message ask", entry: "onecode.rated"},
	"/onecode/{case}/rate/{step}":                 {verb: "message ask", entry: "onecode.rated"},
	"/onecode/{case}/contact":                     {verb: "message contact", entry: "onecode.contact"},
	"/onecode/note":                               {verb: "message note", entry: "onecode.contact"},
	"/onecode/follow/up/{rating}":                 {verb: "message follow", entry: "onecode.followed"},
	"/onecode/{case}/message/{message}/route":     {verb: "message route", entry: "onecode.routed"},
	"/onecode/delegate":                           {verb: "desk read", entry: "onecode.delegated"},
	"/papers/forms/{kind}/word":                   {verb: "court forms", entry: "papers.worded"},
	"/onecode/standard":                           {verb: "desk read", entry: "onecode.standard"},
	"/complaint/write/{case} complaint":           {verb: "complaint write", entry: "complaint.entered"},
	"/complaint/write/{case} report":              {verb: "complaint write", entry: "complaint.entered"},
	"/complaint/office/{complaint} complaint":     {verb: "complaint handle", entry: "complaint.entered"},
	"/complaint/office/{complaint} report":        {verb: "complaint inspect", entry: "complaint.entered"},
	"/oversight/record":                           {verb: "oversight record", entry: "oversight.entered"},
	"/oversight/open":                             {verb: "case open", entry: "oversight.opened"},
	"/oversight/open sealed":                      {verb: "oversight open", entry: "oversight.asked"},
	"/oversight/allow/{request} yes":              {verb: "case approve", entry: "oversight.opened"},
	"/oversight/allow/{request} office":           {verb: "oversight vouch", entry: "oversight.opened"},
	"/oversight/allow/{request} no":               {verb: "case approve", entry: "oversight.declined"},
	"/oversight/summary":                          {verb: "oversight read", entry: "oversight.summed", file: true},
	"/oversight/cadence":                          {verb: "oversight read", entry: "oversight.cadence"},
	"/intake":                                     {verb: "court import", entry: "intake.uploaded"},
	"/intake/{batch}/confirm":                     {verb: "court import", entry: "intake.confirmed"},
	"/intake/{batch}/undo":                        {verb: "court import", entry: "intake.undo"},
	"/connect/system":                             {verb: "court settings", entry: "connect.system"},
	"/connect/system/key":                         {verb: "court settings", entry: "connect.key"},
	"/connect/system/end":                         {verb: "court settings", entry: "connect.ended"},
	"/connect/way":                                {verb: "court settings", entry: "connect.way"},
	"/connect/way/close":                          {verb: "court settings", entry: "connect.closed"},
	"/connect/letters/again":                      {verb: "court settings", entry: "connect.again"},
	"/connect/letters/drop":                       {verb: "court settings", entry: "connect.dropped"},
	"/connect/received/looked":                    {verb: "court settings", entry: "connect.looked"},
	"/connect/case new":                           {verb: "connect put", entry: "casebook.imported"},
	"/connect/case again":                         {verb: "court take", entry: "casebook.updated"},
	"/connect/event":                              {verb: "connect send"},
	"/outage/plan":                                {verb: "court settings", entry: "outage.planned"},
	"/setup/court":                                {verb: "court settings", entry: "setup.court"},
	"/setup/divisions":                            {verb: "court settings", entry: "setup.division"},
	"/setup/staff":                                {verb: "court staff", entry: "setup.staff"},
	"/setup/staff/undo":                           {verb: "court staff", entry: "setup.unadded"},
	"/setup/posts/change":                         {verb: "court posts", entry: "setup.moved"},
	"/setup/posts/withdraw":                       {verb: "court posts", entry: "setup.withdrawn"},
	"/setup/seals":                                {verb: "court seals", entry: "setup.seal"},
	"/setup/seals/end":                            {verb: "court seals", entry: "setup.seal"},
	"/account/lock":                               {verb: "court lock", entry: "account.locked"},
	"/account/counter":                            {verb: "person check", entry: "account.checked"},
	"/account/way/push":                           {verb: "account use", entry: "account.way"},
	"/account/way/end":                            {verb: "account use", entry: "account.way_ended"},
}

// spared are the verbs and routes that the workload does not go, and why. A
// verb that only reads is named with the reason "reads".
var spared = map[string]string{
	"case list": "reads", "case read": "reads", "case readers": "reads",
	"message read": "reads", "message board": "reads", "code read": "reads",
	"paper read": "reads", "paper print": "reads", "paper proof": "reads; draft and approve write", "service read": "reads",
	"court read": "reads", "court audit": "reads", "court jobs": "reads",
	"statistics read": "reads", "statistics own": "reads", "statistics division": "reads", "statistics court": "reads", "statistics area": "reads",
	"complaint read": "reads; handle and inspect write", "connect read": "reads", "oversight reports": "reads",

	"service track":  "the house's own right to do what handover does, when the post told it",
	"extension read": "reads",

	"extension apply": "needs an outage, which the minutes of a kill are too short for; outage_test.go closes and opens the court in the middle", "extension decide": "as extension apply",
	"POST /outage/{case}/apply/{application}": "as extension apply", "POST /outage/{case}/decide/{application}": "as extension apply",
	"POST /outage/probe": "the second time its spans are there already",

	"case number":        "part of accepting a case, in a court whose numbers come from elsewhere",
	"code revoke":        "done by the court's own job when a party leaves",
	"person merge":       "two accounts of one person first need two sign-ins by telephone",
	"statistics rebuild": "done after the kills, and held against what it found",

	"POST /account/login": "a session is the house's own book; an attempt is made again", "POST /account/code/{challenge}": "as /account/login", "POST /account/choose": "as /account/login",
	"POST /account/register": "as /account/login", "POST /account/staff": "as /account/login", "POST /account/prove": "as /account/login", "POST /onecode/open": "as /account/login",
	"POST /account/leave": "the session that would be asked afterwards is gone", "POST /account/invite/{word}": "needs an authenticator", "POST /account/password": "as /account/invite/{word}",
	"POST /account/swap/{request}": "needs an account that was signed in to by telephone; TestRollback lets it fail", "POST /account/swap/{request}/refuse": "as /account/swap/{request}",
	"POST /account/match": "needs the identity platform", "POST /account/find": "reads", "POST /account/merge": "see person merge",
	"POST /account/way/wechat": "needs the bridge to WeChat", "POST /account/way/bound": "as /account/way/wechat",
	"POST /account/passkey/begin": "needs an authenticator", "POST /account/passkey/finish": "as begin", "POST /account/passkey/prove": "as begin", "POST /account/passkey/remove": "as begin",
	"POST /account/passkey/login": "as begin", "POST /account/passkey/enter": "as begin",
	"POST /post/print":    "ticks what was printed; ticked again it is the same",
	"POST /post":          "line by line the act of /delivery/{case}/result/{attempt}",
	"POST /sms/check":     "reads",
	"POST /signing/check": "reads",
	"signing read":        "reads", "signing sign": "needs a code of an authority and the key of a browser; each of its acts fails once in TestRollback, and the file is there before the act",
	"signing refuse": "as signing sign", "signing cancel": "as signing sign",
	"POST /signing/begin": "as signing sign", "POST /signing/certify": "as signing sign", "POST /signing/sign": "as signing sign",
	"POST /signing/{case}/round/{round}/decline": "as signing sign", "POST /signing/{case}/round/{round}/refuse": "as signing sign", "POST /signing/{case}/round/{round}/cancel": "as signing sign",
	"POST /prefs":                      "a cookie of the browser",
	"POST /setup/first/{token}/origin": "once in the life of a court, before it has a case", "POST /setup/first/{token}/courts": "as origin", "POST /setup/first/{token}/admins": "as origin",
	"POST /setup/staff/import": "row by row the act of /setup/staff", "POST /setup/staff/invite": "its link dies with the next one: nothing to find again",
	"POST /setup/logo": "the act of /setup/court, with a picture", "POST /setup/calendar": "the same three years every time", "POST /setup/gateways": "would silence the demo's outbox", "POST /setup/gateways/test": "sends a message outside", "POST /setup/gateways/receipt": "the house's own book, and needs a gateway; platform/notify kills between",
	"POST /complaint/office/{complaint}/pass": "moves a paper from one desk to another; TestRollback lets it fail",
	"POST /onecode/delegate/end":              "a delegation taken back is found only by what waits; TestRollback lets it fail",
	"POST /onecode/visit":                     "counts a visit, once a day and person",
	"POST /oversight/quarter":                 "once a quarter for each, who must have served in it to its end",
	"POST /oversight/watch/{finding}":         "a finding is made by weeks of readings",
}

// TestEveryWrite: whoever adds a verb or a form says how it outlasts a kill,
// or why it need not be tried.
func TestEveryWrite(t *testing.T) {
	verbs := map[string]bool{}
	for kind, vs := range access.Verbs() {
		for v := range vs {
			verbs[kind+" "+v] = true
		}
	}
	tried := map[string]bool{}
	routes := map[string]bool{}
	for p, w := range writes {
		tried[w.verb] = true
		route, _, _ := strings.Cut(p, " ")
		routes["POST "+route] = true
		if !verbs[w.verb] {
			t.Errorf("%s: the access table has no verb %q", p, w.verb)
		}
	}
	for v := range verbs {
		if tried[v] == (spared[v] != "") {
			t.Errorf("%q: is it in the workload or spared? It is one of both", v)
		}
	}
	c, err := open(t.Context(), config.Config{Data: t.TempDir(), Origin: "http://localhost:8080", Demo: true}, clock.System{}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Kit.Close() }()
	all := c.Router.Routes()
	for _, r := range all {
		if strings.HasPrefix(r.Pattern, "POST ") && routes[r.Pattern] == (spared[r.Pattern] != "") {
			t.Errorf("%q: is it in the workload or spared? It is one of both", r.Pattern)
		}
	}
	there := func(pattern string) bool {
		return slices.ContainsFunc(all, func(r web.Route) bool { return r.Pattern == pattern })
	}
	for s := range spared {
		if !verbs[s] && !there(s) {
			t.Errorf("%q is spared and not there", s)
		}
	}
	for r := range routes {
		if !there(r) {
			t.Errorf("%q is in the workload and not there", r)
		}
	}
}
