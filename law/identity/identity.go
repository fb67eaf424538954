// Package identity checks the numbers by which people and organisations are
// told apart: GB 11643 (resident identity), GB 32100 (unified social credit
// code), travel and residence documents, and mobile phones. A number that
// passes is well formed; whether it belongs to anyone is not asked here.
package identity

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"mashang/law"
)

// Kind is a kind of document.
type Kind string

// The kinds.
const (
	Resident  Kind = "resident"  // 居民身份证
	Passport  Kind = "passport"  // 护照
	HKMacau   Kind = "hk_macau"  // 港澳居民来往内地通行证
	Taiwan    Kind = "taiwan"    // 台湾居民来往大陆通行证
	Residence Kind = "residence" // 港澳台居民居住证
	Foreigner Kind = "foreigner" // 外国人永久居留身份证
	USCC      Kind = "uscc"      // 统一社会信用代码
)

// Kinds are the documents of natural persons, in the order a form offers them.
var Kinds = []struct {
	Kind  Kind
	Title string
}{
	{Resident, "居民身份证"}, {Passport, "护照"}, {HKMacau, "港澳居民来往内地通行证"}, {Taiwan, "台湾居民来往大陆通行证"},
	{Residence, "港澳台居民居住证"}, {Foreigner, "外国人永久居留身份证"}, {USCC, "统一社会信用代码（单位）"},
}

// Title returns the plain name of a kind.
func (k Kind) Title() string {
	for _, x := range Kinds {
		if x.Kind == k {
			return x.Title
		}
	}
	return string(k)
}

var errForm = errors.New("identity: the number is not well formed")

var forms = map[Kind]*regexp.Regexp{
	Passport: regexp.MustCompile(`^[A-Z0-9]{5,20}$`),
	HKMacau:  regexp.MustCompile(`^[HM][0-9]{8}([0-9]{2})?$`),
	Taiwan:   regexp.MustCompile(`^[0-9]{8}([0-9]{2})?$`),
}

// Check reports what is wrong with a normalised number of a kind.
func Check(k Kind, number string) error {
	ok := false
	switch k {
	case Resident:
		_, _, ok = ParseResident(number)
	case Residence:
		_, _, ok = ParseResident(number)
		ok = ok && (strings.HasPrefix(number, "81") || strings.HasPrefix(number, "82") || strings.HasPrefix(number, "83"))
	case Foreigner:
		_, _, ok = ParseResident(number)
		ok = ok && number[0] == '9' || regexp.MustCompile(`^[A-Z]{3}[0-9]{12}$`).MatchString(number)
	case USCC:
		ok = ValidUSCC(number)
	default:
		f, known := forms[k]
		if !known {
			return fmt.Errorf("identity: unknown kind %q", k)
		}
		ok = f.MatchString(number)
	}
	if !ok {
		return errForm
	}
	return nil
}

// Facts returns what a number says about its holder: birth and sex, where the kind has them.
func Facts(k Kind, number string) (born law.Date, sex string) {
	if k == Resident || k == Residence || k == Foreigner {
		born, sex, _ = ParseResident(number)
	}
	return born, sex
}

var weights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// checkChar is the last character of a number whose first 17 digits are given
// (GB 11643, ISO 7064 MOD 11-2).
func checkChar(first17 string) byte {
	sum := 0
	for i, w := range weights {
		sum += int(first17[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// ParseResident reads an 18-character number: birth, sex (男 or 女), validity.
// Numbers of 15 digits are no longer valid.
func ParseResident(s string) (born law.Date, sex string, ok bool) {
	if len(s) != 18 || strings.Trim(s[:17], "0123456789") != "" || s[17] != checkChar(s[:17]) {
		return law.Date{}, "", false
	}
	born, err := law.ParseDate(s[6:10] + "-" + s[10:12] + "-" + s[12:14])
	if err != nil {
		return law.Date{}, "", false
	}
	sex = "女"
	if s[16]%2 == 1 {
		sex = "男"
	}
	return born, sex, true
}

const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditCheck is the last character of a unified social credit code, 0 when
// the first 17 are not of its alphabet (GB 32100).
func creditCheck(first17 string) byte {
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(creditAlphabet, first17[i])
		if v < 0 {
			return 0
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return creditAlphabet[(31-sum%31)%31]
}

// ValidUSCC reports whether s is a well-formed unified social credit code.
func ValidUSCC(s string) bool {
	if len(s) != 18 {
		return false
	}
	c := creditCheck(s[:17])
	return c != 0 && s[17] == c
}

var phone = regexp.MustCompile(`^1[0-9]{10}$`)

// ValidPhone reports whether s has the form of a mobile number of the mainland.
func ValidPhone(s string) bool { return phone.MatchString(s) }

// Normalise narrows full-width characters, drops blanks and hyphens, raises letters.
func Normalise(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '　' || r == '-' || r == '\t':
			return -1
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}, s)
}

// MaskPhone writes 139****5678.
func MaskPhone(s string) string {
	if len(s) < 8 {
		return strings.Repeat("*", len(s))
	}
	return s[:3] + "****" + s[len(s)-4:]
}

// MaskNumber keeps the first and the last character of a document's number.
func MaskNumber(s string) string {
	if len(s) < 3 {
		return strings.Repeat("*", len(s))
	}
	return s[:1] + strings.Repeat("*", len(s)-2) + s[len(s)-1:]
}

// MaskName writes 贾*兰, 贾*.
func MaskName(s string) string {
	r := []rune(s)
	switch {
	case len(r) < 2:
		return "*"
	case len(r) == 2:
		return string(r[0]) + "*"
	}
	return string(r[0]) + strings.Repeat("*", len(r)-2) + string(r[len(r)-1])
}
