package sign

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
)

// errForm is returned for a string or a number in another form than ours.
var errForm = errors.New("sign: not in our form")

// textString is s in UTF-16 with byte order mark, as hex: no character can
// break out of it.
func textString(s string) atom {
	const digits = "0123456789ABCDEF"
	b := []byte("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, digits[u>>12], digits[u>>8&15], digits[u>>4&15], digits[u&15])
	}
	return atom(append(b, '>'))
}

// parseText takes back what textString wrote.
func parseText(v value) (string, error) {
	a, _ := v.(atom)
	hex, ok := strings.CutPrefix(strings.TrimSuffix(string(a), ">"), "<FEFF")
	if !ok || len(hex)%4 != 0 {
		return "", errForm
	}
	var units []uint16
	for ; hex != ""; hex = hex[4:] {
		u, err := strconv.ParseUint(hex[:4], 16, 16)
		if err != nil {
			return "", errForm
		}
		units = append(units, uint16(u))
	}
	return string(utf16.Decode(units)), nil
}

// number is v with at most three decimals and no exponent.
func number(v float64) atom {
	s := strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', 3, 64), "0"), ".")
	if s == "-0" {
		s = "0"
	}
	return atom(s)
}

// decimal reads digits with at most one point and a sign before them: the
// numbers of PDF, not those of Go.
func decimal(s string) (float64, error) {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != '.' && (c != '-' || i > 0) {
			return 0, errForm
		}
	}
	return strconv.ParseFloat(s, 64)
}
