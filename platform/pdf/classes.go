package pdf

import (
	"strings"
	"unicode"
)

// Line-breaking classes of characters. GB/T 15834 (标点符号用法) says which marks
// may not stand at the head or foot of a line; the sets below are those marks
// and the ASCII and full-width forms that occur in court papers.
const (
	noHead = "，。、；：？！”’）》〉】〕」』］｝…—～·・‧％‰℃°々〻′″,.;:?!)]}%" // never first on a line (避头)
	noFoot = "“‘（《〈【〔「『［｛([{￥¥$№第☐☑☒"                     // never last on a line (避尾)
	opens  = "“‘（《〈【〔「『［｛"                                // blank half in front, may be squeezed
	closes = "，。、；：？！”’）》〉】〕」』］｝"                         // blank half behind, may be squeezed
	// counters follow a figure so closely that 3 and 年 on two lines misread.
	counters = "元角分年月日时号条款项目岁亩份页件次个人天周户间层栋幢室楼万亿千百倍平米吨斤案例卷册张名位辆台套笔期级度"
)

// wide reports whether r sits alone on the grid: Chinese characters, full-width
// forms and marks. Everything else joins its neighbours into a word.
func wide(r rune) bool {
	switch {
	case r < 0x80:
		return false
	case unicode.Is(unicode.Han, r), r >= 0x3000 && r <= 0x30ff, r >= 0xff00 && r <= 0xffef:
		return true
	case r >= 0x2460 && r <= 0x27bf, r >= 0x3100 && r <= 0x33ff, r >= 0xfe30 && r <= 0xfe4f:
		return true // circled numbers, boxes, arrows, enclosed forms
	}
	return strings.ContainsRune("“”‘’…—·・‧※→←↑↓×÷±≤≥≠℃‰№", r)
}

// mayBreak reports whether a line may end after a when b follows. a and b are
// the characters on both sides; word is the whole token that ends in a.
func mayBreak(word string, a, b rune) bool {
	if strings.ContainsRune(noHead, b) || strings.ContainsRune(noFoot, a) {
		return false
	}
	if a >= '0' && a <= '9' && strings.ContainsRune(counters, b) {
		return false
	}
	return !itemNumber(word)
}

// itemNumber recognises "1." and "12．": the number of an item stays with its
// first word.
func itemNumber(word string) bool {
	digits := strings.TrimRight(word, ".．")
	return digits != "" && digits != word && len(digits) <= 3 && strings.Trim(digits, "0123456789") == ""
}

// wordCut says how well a long word may be cut before its character i; zero is
// not at all. Addresses are cut behind their separators, long numbers between
// groups of four, never so that fewer than four characters are alone.
func wordCut(word []rune, i int) int {
	const alone = 4
	if i < alone || len(word)-i < alone {
		return 0
	}
	a, b := word[i-1], word[i]
	if strings.ContainsRune(noHead, b) || strings.ContainsRune(noFoot, a) {
		return 0
	}
	if a == '-' || b == '-' { // readers take a hyphen at the end of a line for hyphenation and drop it
		return 0
	}
	if strings.ContainsRune("/?&=#_@", a) && !strings.ContainsRune("/", b) {
		return 3
	}
	if unicode.IsDigit(a) && unicode.IsDigit(b) {
		if i%4 == 0 {
			return 2
		}
		return 0
	}
	return 1
}
