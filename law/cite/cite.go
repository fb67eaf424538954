// Package cite names articles of law: which law, in which version, which
// article. Numbers of articles move between versions, so a bare number is
// never used.
package cite

import (
	"strings"

	"mashang/law"
)

// Cite is one article.
type Cite struct {
	Law     string // 民事诉讼法
	Version string // year of the text in force: 2023
	Article int
	Item    string // 第一款, 第（三）项; empty for the whole article
}

// String writes 民事诉讼法第一百二十六条.
func (c Cite) String() string { return c.Law + "第" + law.Chinese(c.Article) + "条" + c.Item }

// Basis is what a finding rests on.
type Basis []Cite

// String joins articles with ；.
func (b Basis) String() string {
	var s []string
	for _, c := range b {
		s = append(s, c.String())
	}
	return strings.Join(s, "；")
}

// Strings lists the articles.
func (b Basis) Strings() []string {
	var s []string
	for _, c := range b {
		s = append(s, c.String())
	}
	return s
}

// The texts that the code cites most, in their present versions.
func CPL(n int) Cite { return Cite{Law: "民事诉讼法", Version: "2023", Article: n} }

// JI is the interpretation of 民事诉讼法.
func JI(n int) Cite { return Cite{Law: "民诉法解释", Version: "2022", Article: n} }

// TL00 is 审理期限规定.
func TL00(n int) Cite { return Cite{Law: "审理期限规定", Version: "2000", Article: n} }

// TL19 is 延长审限和延期开庭规定.
func TL19(n int) Cite { return Cite{Law: "延长审限规定", Version: "2019", Article: n} }

// CODE is 民法典.
func CODE(n int) Cite { return Cite{Law: "民法典", Version: "2020", Article: n} }
