package post

import (
	"testing"

	"mashang/docket/paper"
	"mashang/law"
	"mashang/law/service"
)

// TestDecide: a line counts by itself only in the words of the law.
func TestDecide(t *testing.T) {
	on, today := law.Date{Year: 2026, Month: 3, Day: 5}, law.Date{Year: 2026, Month: 3, Day: 6}
	for _, x := range []struct {
		l    line
		unit bool
		what string
		want paper.Tracking
	}{
		{line{Event: "收寄", Date: "2026-03-05"}, false, onTheWay, paper.Tracking{}},
		{line{Event: "拒绝签收", Date: "2026-03-05", Signer: "本人"}, false, onTheWay, paper.Tracking{}},
		{line{Event: "到达网点，待签收", Date: "2026-03-05", Signer: "本人"}, false, onTheWay, paper.Tracking{}},
		{line{Event: "拒绝签收，退回", Date: "2026-03-05", Reason: "本人拒收"}, false, clear, paper.Tracking{Why: service.Refused, On: on}},
		{line{Event: "投递未妥投", Date: "2026-03-05"}, false, onTheWay, paper.Tracking{}},
		{line{Event: "妥投", Date: "2026-03-05 10:20", Signer: "本人"}, false, clear, paper.Tracking{Signed: true, By: service.Self, On: on}},
		{line{Event: "已签收", Date: "2026年3月5日", Signer: "同住成年家属：李某，妻子"}, false, clear, paper.Tracking{Signed: true, By: service.Family, Relation: "李某，妻子", On: on}},
		{line{Event: "签收", Date: "2026-03-05", Signer: "单位收发:王某"}, true, clear, paper.Tracking{Signed: true, By: service.Desk, Relation: "王某", On: on}},
		{line{Event: "签收", Date: "2026-03-05", Signer: "单位收发：王某"}, false, unclear, paper.Tracking{}},
		{line{Event: "签收", Date: "2026-03-05", Signer: "同住成年家属"}, false, unclear, paper.Tracking{}},
		{line{Event: "签收", Date: "2026-03-05", Signer: "家人"}, false, unclear, paper.Tracking{}},
		{line{Event: "签收", Date: "2026-03-05", Signer: "邻居代收"}, false, unclear, paper.Tracking{}},
		{line{Event: "签收", Date: "2026-03-05", Signer: "快递柜"}, false, unclear, paper.Tracking{}},
		{line{Event: "签收", Date: "2026-03-05"}, false, unclear, paper.Tracking{}},
		{line{Event: "签收", Date: "2026-03-07", Signer: "本人"}, false, unclear, paper.Tracking{}},
		{line{Event: "签收", Date: "前天", Signer: "本人"}, false, unclear, paper.Tracking{}},
		{line{Event: "退回签收", Date: "2026-03-05", Signer: "本人"}, false, unclear, paper.Tracking{}},
		{line{Event: "退回", Date: "2026-03-05", Reason: "本人拒收"}, false, clear, paper.Tracking{Why: service.Refused, On: on}},
		{line{Event: "退件", Date: "2026-03-05", Reason: "迁移新址不明"}, false, clear, paper.Tracking{Why: service.Moved, On: on}},
		{line{Event: "退回", Date: "2026-03-05", Reason: "拒收"}, false, unclear, paper.Tracking{}},
		{line{Event: "退回", Date: "2026-03-05"}, false, unclear, paper.Tracking{}},
		{line{Event: "未妥投，退回", Date: "2026-03-05", Reason: "本人拒收"}, false, unclear, paper.Tracking{}},
		{line{Event: "投递失败已退回", Date: "2026-03-05", Reason: "本人拒收"}, false, unclear, paper.Tracking{}},
		{line{Event: "未退回", Date: "2026-03-05", Reason: "本人拒收"}, false, unclear, paper.Tracking{}},
	} {
		got, what, why := decide(x.l, paper.Parcel{Unit: x.unit}, today)
		if what != x.what || what == clear && got != x.want || (why != "") != (what == unclear) {
			t.Errorf("%s: %s %+v %q", x.l.words(), what, got, why)
		}
	}
}
