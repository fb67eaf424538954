// Package fits says whether a paper fits its case: everybody gets it who must,
// and who signs it is whom the parties know.
package fits

import (
	"slices"
	"strings"

	"mashang/capability/papers/kinds"
	"mashang/docket"
	"mashang/docket/paper"
	"mashang/law/cite"
	"mashang/platform/db"
)

// Everybody finds the parties of a case who were not ticked, though a paper of
// the kind goes to each: with one of two it would bind when that one has it.
//
// law:民诉法解释(2022)/149 应当以最后收到调解书的当事人签收的日期为调解书生效日期。
func Everybody(tx *db.Tx, caseID string, k kinds.Kind, to []string) ([]kinds.Flaw, error) {
	if !k.ForEach() {
		return nil, nil
	}
	ps, err := docket.Parties(tx, caseID)
	if err != nil {
		return nil, err
	}
	var left []string
	for _, p := range ps {
		if p.Left.IsZero() && !slices.Contains(to, p.ID) {
			left = append(left, p.Name)
		}
	}
	if left == nil {
		return nil, nil
	}
	return []kinds.Flaw{{Field: "to", Says: "还要发给" + strings.Join(left, "、") + "。判决书、调解书每一方都要送，漏了谁，什么时候生效就算错了。", Basis: cite.JI(149).String()}}, nil
}

// Bench compares who signs with whom the parties were told of last, if they
// were; data opens what a paper says.
func Bench(tx *db.Tx, caseID string, k kinds.Kind, bench []string, data func(paper.Paper) (kinds.Values, error)) ([]kinds.Flaw, error) {
	if k.Sign != "bench" || !slices.Contains(k.Checks, "bench") {
		return nil, nil
	}
	ps, err := paper.OfCase(tx, caseID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(ps, func(p paper.Paper) bool {
		return p.Finished() && (p.Kind == "panel_notice" || p.Kind == "panel_change_notice")
	})
	if i < 0 {
		return nil, nil
	}
	d, err := data(ps[i])
	if told := d.List("bench"); err == nil && !slices.Equal(told, bench) {
		return []kinds.Flaw{{Says: "告知当事人的审判人员是" + strings.Join(told, "、") + "，现在是" + strings.Join(bench, "、") + "。请先发审判人员变更通知书。", Basis: cite.CPL(131).String()}}, nil
	}
	return nil, err
}

// Source says what is wrong with the record from which a paper was drawn, if it
// was from one.
func Source(tx *db.Tx, caseID, from string) []kinds.Flaw {
	if from == "" {
		return nil
	}
	if p, err := paper.Of(tx, from); err != nil || p.Case != caseID || !p.Finished() {
		return []kinds.Flaw{{Says: "照着写的那份笔录已经撤回，或者不是这个案件的。请删去这份草稿，照现在的笔录重写。"}}
	}
	return nil
}

// Slips reports whether a paper is one of the case whose slips a ruling puts right.
//
// law:民事诉讼法(2023)/157 补正判决书中的笔误
func Slips(k kinds.Kind, p paper.Paper, caseID string) bool {
	return p.Case == caseID && p.ID == p.Original && k.Sign == "bench" && k.About == "" && p.Finished()
}
