// Package agent knows who may act for a party, and how far: 民事诉讼法 61–63,
// 解释 88–89.
package agent

import (
	"slices"
	"strings"
)

// Most is how many agents a party may have.
//
// law:民事诉讼法(2023)/61 可以委托一至二人作为诉讼代理人
const Most = 2

// Class of an agent.
type Class struct {
	Key, Title, Materials string
}

// Classes are the people who may be agents, with what each must show.
//
// law:民诉法解释(2022)/88 诉讼代理人除根据民事诉讼法第六十二条规定提交授权委托书外，还应当按照下列规定向人民法院提交相关材料
var Classes = []Class{
	{"lawyer", "律师", "律师执业证、律师事务所证明材料"},
	{"legal_worker", "基层法律服务工作者", "法律服务工作者执业证、基层法律服务所出具的介绍信，以及当事人一方位于本辖区内的证明材料"},
	{"relative", "近亲属", "身份证件和与委托人有近亲属关系的证明材料"},
	{"employee", "单位工作人员", "身份证件和与当事人有合法劳动人事关系的证明材料"},
	{"recommended", "社区、单位推荐的公民", "身份证件、推荐材料和当事人属于该社区、单位的证明材料"},
	{"organisation", "社会团体推荐的公民", "身份证件和符合规定条件的证明材料"},
}

// ClassOf returns a class by key.
func ClassOf(key string) (Class, bool) {
	for _, c := range Classes {
		if c.Key == key {
			return c, true
		}
	}
	return Class{}, false
}

// Power is a matter that needs special authority.
type Power struct{ Key, Title string }

// Powers are the matters that an agent may do only when the power of attorney
// names them. 全权代理 alone names none (解释 89).
//
// law:民事诉讼法(2023)/62 诉讼代理人代为承认、放弃、变更诉讼请求，进行和解，提起反诉或者上诉，必须有委托人的特别授权。
var Powers = []Power{
	{"admit", "承认诉讼请求"}, {"waive", "放弃诉讼请求"}, {"change", "变更诉讼请求"},
	{"settle", "进行和解"}, {"counterclaim", "提起反诉"}, {"appeal", "提起上诉"}, {"receive", "代领执行款"},
}

// Settles reports whether a power of attorney, whose matters stand apart by 、,
// lets an agent settle: without that his signature under an agreement binds nobody.
//
// law:民事诉讼法(2023)/62 诉讼代理人代为承认、放弃、变更诉讼请求，进行和解，提起反诉或者上诉，必须有委托人的特别授权。
func Settles(special bool, powers string) bool {
	return special && slices.ContainsFunc(strings.Split(powers, "、"), func(p string) bool { return p == "settle" || p == "进行和解" })
}
