package reach

import (
	"testing"

	"mashang/docket"
)

// TestOpposes: whose name makes a signature that of the other side.
func TestOpposes(t *testing.T) {
	wife := docket.Party{ID: "w", Role: docket.Plaintiff, Name: "贾若兰"}
	ps := []docket.Party{wife, {ID: "s", Role: docket.Plaintiff, Name: "贾若梅"}, {ID: "h", Role: docket.Defendant, Name: "王强"},
		{ID: "u", Role: docket.Defendant, Name: "衡水某塑胶制品有限公司", RepName: "赵厂长"}, {ID: "t", Role: docket.ThirdParty, Name: "买买提·艾力"}}
	as := []docket.Agent{{Party: "w", Name: "刘律师"}, {Party: "h", Name: "孙律师"}, {Party: "u", Name: "周律师"}, {Party: "w", Name: "周律师"}}
	for said, want := range map[string]bool{
		"": false, "王强": true, "王强，丈夫": true, "丈夫王强": true, "王强丈夫": true, "丈夫 王强": true, "王强（丈夫）": true, "王 强": true, "王　强，丈夫": true, "王强收": true, "请王强转": true,
		"王 强 生，儿子": false, "王强生，儿子": false, "王小强，丈夫": false, "贾若梅，妹妹": false, "贾若兰": false, "刘律师": false, "孙律师，代理人": true, "周律师": false,
		"赵厂长": true, "衡水某塑胶制品有限公司的会计": true, "第三人买买提·艾力": true, "张大妈，婆婆": false,
	} {
		if got := opposes(said, wife, ps, as); got != want {
			t.Errorf("%q: %v", said, got)
		}
	}
	if !opposes("贾若兰", ps[2], ps, as) || opposes("赵厂长", docket.Party{Role: docket.Plaintiff, RepName: "赵厂长"}, ps, as) {
		t.Error("it depends on whose paper it is")
	}
}

// TestReceives: whom a party named to receive for him, and who says he is it.
func TestReceives(t *testing.T) {
	for _, x := range []struct {
		named, said string
		want        bool
	}{
		{"王某，公司会计；某街3号", "王某，会计", true}, {"王强；某街3号", "会计王强", true}, {"王强，儿子；某街3号", "王 强", true}, {"儿子王强；某街3号", "王强，儿子", true},
		{"王强，儿子；某街3号", "王强生，儿子", false}, {"王强，儿子；某街3号", "李明，儿子", false}, {"王强，儿子；某街3号", "", false}, {"", "王强，儿子", false}, {"王强，儿子；李明家", "李明", false},
	} {
		k := Known{By: map[string]Address{receiver: {Value: x.named}}}
		if got := k.Receives(x.said); got != x.want {
			t.Errorf("named %q, signed %q: %v", x.named, x.said, got)
		}
	}
}
