package pdf

import "strings"

// CapitalDate writes a civil date as the foot of a court paper does:
// 二〇二六年三月二十五日. The zero is 〇 (U+3007), never 零; months and days have
// no leading zero. It does not check the calendar.
func CapitalDate(year, month, day int) string {
	var b strings.Builder
	for _, d := range digits(year) {
		b.WriteRune(numerals[d])
	}
	b.WriteRune('年')
	b.WriteString(chineseNumber(month))
	b.WriteRune('月')
	b.WriteString(chineseNumber(day))
	b.WriteRune('日')
	return b.String()
}

var numerals = []rune("〇一二三四五六七八九")

// digits are the decimal digits of n from the highest; n below zero has none.
func digits(n int) []int {
	if n < 0 {
		return nil
	}
	if n < 10 {
		return []int{n}
	}
	return append(digits(n/10), n%10)
}

// chineseNumber writes 1 to 99 as spoken: 十, 十二, 二十一. Other numbers are
// written digit by digit.
func chineseNumber(n int) string {
	if n <= 0 || n > 99 {
		var b strings.Builder
		for _, d := range digits(n) {
			b.WriteRune(numerals[d])
		}
		return b.String()
	}
	s := ""
	if n >= 20 {
		s = string(numerals[n/10])
	}
	if n >= 10 {
		s += "十"
	}
	if n%10 > 0 {
		s += string(numerals[n%10])
	}
	return s
}
