package law

import (
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount of renminbi in fen.
type Money int64

// ParseMoney reads yuan with up to two decimals: 86400, 86400.5, 86,400.00.
func ParseMoney(s string) (Money, error) {
	s = strings.ReplaceAll(strings.TrimSuffix(strings.TrimSpace(s), "元"), ",", "")
	neg := strings.HasPrefix(s, "-")
	whole, frac, dot := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if whole == "" || len(whole) > 15 || dot && (frac == "" || len(frac) > 2) || strings.Trim(whole+frac, "0123456789") != "" {
		return 0, fmt.Errorf("law: %q is not an amount in yuan", s)
	}
	y, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("law: %q: %w", s, err)
	}
	f, err := strconv.ParseInt((frac + "00")[:2], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("law: %q: %w", s, err)
	}
	m := Money(y*100 + f)
	if neg {
		m = -m
	}
	return m, nil
}

// Plain writes 86400.00.
func (m Money) Plain() string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	return fmt.Sprintf("%s%d.%02d", sign, m/100, m%100)
}

// String writes 86,400.00.
func (m Money) String() string {
	p := m.Plain()
	sign := ""
	if p[0] == '-' {
		sign, p = "-", p[1:]
	}
	whole, frac, _ := strings.Cut(p, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + frac
}

// MarshalText writes the plain form, so that JSON carries decimal strings.
func (m Money) MarshalText() ([]byte, error) { return []byte(m.Plain()), nil }

// UnmarshalText reads yuan; empty text is nothing.
func (m *Money) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*m = 0
		return nil
	}
	*m, err = ParseMoney(string(b))
	return err
}

// Capital writes 人民币捌万陆仟肆佰元整: bank capitals, 整 after 元 and after 角,
// one 零 for a run of noughts, 零 after 元 when jiao follows a sum that ends in 0.
func (m Money) Capital() string {
	if m < 0 {
		return "人民币负" + strings.TrimPrefix((-m).Capital(), "人民币")
	}
	yuan, jiao, fen := int64(m)/100, int64(m)/10%10, int64(m)%10
	s := ""
	if yuan > 0 {
		s = groups(yuan) + "元"
	}
	switch {
	case jiao == 0 && fen == 0:
		if yuan == 0 {
			return "人民币零元整"
		}
		return "人民币" + s + "整"
	case jiao == 0:
		if yuan > 0 {
			s += "零"
		}
		return "人民币" + s + digits[fen] + "分"
	}
	if yuan > 0 && yuan%10 == 0 {
		s += "零"
	}
	s += digits[jiao] + "角"
	if fen == 0 {
		return "人民币" + s + "整"
	}
	return "人民币" + s + digits[fen] + "分"
}

var digits = []string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}

// groups writes a whole number in groups of four.
func groups(n int64) string {
	units := []string{"", "万", "亿", "万亿"}
	var parts []int64
	for n > 0 {
		parts = append(parts, n%10000)
		n /= 10000
	}
	s := ""
	zero := false
	for i := len(parts) - 1; i >= 0; i-- {
		p := parts[i]
		if p == 0 {
			zero = s != ""
			continue
		}
		if s != "" && (zero || p < 1000) {
			s += "零"
		}
		zero = false
		s += four(p) + units[i]
	}
	return s
}

func four(p int64) string {
	s, zero := "", false
	for _, u := range []struct {
		v    int64
		name string
	}{{1000, "仟"}, {100, "佰"}, {10, "拾"}, {1, ""}} {
		d := p / u.v % 10
		if d == 0 {
			zero = s != ""
			continue
		}
		if zero {
			s += "零"
			zero = false
		}
		s += digits[d] + u.name
	}
	return s
}

// Chinese writes a small whole number as in running text: 三, 十二, 一百零五.
func Chinese(n int) string {
	if n == 0 {
		return "零"
	}
	d := []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	s, zero := "", false
	for _, u := range []struct {
		v    int
		name string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		x := n / u.v % 10
		if x == 0 {
			zero = s != ""
			continue
		}
		if zero {
			s += "零"
			zero = false
		}
		if u.v == 10 && x == 1 && s == "" {
			s += "十"
			continue
		}
		s += d[x] + u.name
	}
	return s
}
