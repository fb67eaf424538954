package kinds

// Follow is a paper that the law has follow another. Desk and case page ask for
// it from when the other is there until it is drafted.
type Follow struct {
	Kind string
	Ask  string                // what the button says
	Can  func(d Values) bool   // it can be drawn from what the other says
	Must func(d Values) bool   // and has to be
	From func(d Values) Values // its fields as the other has them: nobody types them twice
}

// OnRecord is when an agreement binds by the signatures on the record alone.
const OnRecord = "在本笔录上签名后生效"

// Follows are those papers by the kind that they follow.
//
// law:民事诉讼法(2023)/100 调解达成协议，人民法院应当制作调解书
var Follows = map[string]Follow{
	"mediation_record": {
		Kind: "mediation_statement", Ask: "出调解书",
		Can:  func(d Values) bool { return len(d.List("agreement")) > 0 },
		Must: func(d Values) bool { return d.Text("effect") != OnRecord }, // else only when asked for (民诉法解释 151)
		From: func(d Values) Values {
			v := Values{"agreement": d["agreement"], "effect": "签收后生效", "claims": []any{d.Text("claim")}}
			if d.Text("effect") == OnRecord {
				v["effect"] = "签字后生效"
			}
			return v
		},
	},
}
