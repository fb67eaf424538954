package demo

import (
	"fmt"
	"math/rand/v2"

	"mashang/docket"
	"mashang/law"
	"mashang/law/identity"
)

// names that are common enough to be nobody's.
var (
	surnames = []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡")
	given    = []string{"建国", "秀英", "立新", "桂枝", "海燕", "长顺", "守田", "玉成", "志强", "晓梅", "国栋", "丽华", "文博", "雨晴", "振邦", "素芬", "一禾", "思远", "宝山", "春兰", "永强", "小军", "凤霞", "广林", "连成", "云飞", "若溪", "庆丰", "兰英", "德贵"}
	places   = []string{"和平街", "人民路", "胜利巷", "新华里", "幸福村", "前营村", "后屯村", "东关街"}
	brands   = []string{"恒远", "瑞丰", "同舟", "正大光", "新禾", "万顺", "滏阳", "青杨", "众诚", "百川", "德润", "和兴", "广源", "明珠", "长河", "金穗"}
	trades   = []string{"塑胶制品", "丝网", "橡胶", "酒业", "农业科技", "建筑安装", "商贸", "物流", "服装", "家具"}
)

// maker makes people; the same seed makes the same people.
type maker struct {
	*rand.Rand
	serial int
}

func newMaker() *maker { return &maker{Rand: rand.New(rand.NewPCG(11, 26))} }

// someone is a made-up person or company with everything that a form asks.
type someone struct {
	name, kind, idType, number, phone, address, rep string
}

func (m *maker) name() string {
	return string(surnames[m.IntN(len(surnames))]) + given[m.IntN(len(given))]
}

func (m *maker) person(name string) someone {
	m.serial++
	if name == "" {
		name = m.name()
	}
	born := law.Date{Year: 1948 + m.IntN(55), Month: 1 + m.IntN(12), Day: 1 + m.IntN(28)}
	return someone{name: name, kind: "natural", idType: string(identity.Resident), number: identity.Fictional(m.serial, born, m.IntN(2) == 0),
		phone: identity.FictionalPhone(10000 + m.serial), address: fmt.Sprintf("河北省衡水市某县%s%d号", places[m.IntN(len(places))], 1+m.IntN(99))}
}

func (m *maker) company() someone {
	m.serial++
	return someone{name: "衡水某" + brands[m.serial%len(brands)] + trades[m.serial/len(brands)%len(trades)] + "有限公司", kind: "org", idType: string(identity.USCC), number: identity.FictionalUSCC(m.serial),
		phone: identity.FictionalPhone(10000 + m.serial), address: fmt.Sprintf("河北省衡水市某工业园%d号", 1+m.IntN(60)), rep: m.name()}
}

// member is one of a court's people.
type member struct {
	who
	division string
	role     docket.Role
}

// staffed is a court with its people.
type staffed struct {
	code     string
	divs     map[string]string // name → id
	people   []member
	children []string
}

// of returns the people with a role, in a division when one is named.
func (s *staffed) of(role docket.Role, division string) []member {
	var out []member
	for _, p := range s.people {
		if p.role == role && (division == "" || p.division == division) {
			out = append(out, p)
		}
	}
	return out
}
