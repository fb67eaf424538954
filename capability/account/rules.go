package account

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"

	"mashang/platform/fault"
)

// Limits of the ways in. A one-time code is six digits, lives five minutes
// and bears five tries: a guesser's chance is 5 in 1,000,000 a code.
const (
	codeLife    = 5 * time.Minute
	codeTries   = 5
	inviteLife  = 7 * 24 * time.Hour
	maxFailures = 5
	lockFor     = 15 * time.Minute
)

// life is how long a session lasts: idle, and at most.
func life(staff bool) (idle, most time.Duration) {
	if staff {
		return time.Hour, 12 * time.Hour
	}
	return 3 * 24 * time.Hour, 30 * 24 * time.Hour
}

// newCode returns six random digits.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return fmt.Sprintf("%06d", n)
}

// checkPassword says what is wrong with a new staff password.
func checkPassword(p, login string) error {
	var kinds [4]bool
	for _, r := range p {
		switch {
		case unicode.IsUpper(r):
			kinds[0] = true
		case unicode.IsLower(r):
			kinds[1] = true
		case unicode.IsDigit(r):
			kinds[2] = true
		default:
			kinds[3] = true
		}
	}
	n := 0
	for _, k := range kinds {
		if k {
			n++
		}
	}
	switch {
	case len([]rune(p)) < 12:
		return fault.Field("password", "密码至少 12 位。可以用一句自己记得住的话。")
	case len(p) > 200:
		return fault.Field("password", "密码太长了，请短一些。")
	case login != "" && strings.Contains(strings.ToLower(p), strings.ToLower(login)):
		return fault.Field("password", "密码里不要含登录名。")
	case n < 2:
		return fault.Field("password", "密码里至少要有两种字符，例如汉字或字母，加数字。")
	}
	return nil
}

// purposes of a challenge.
const (
	forLogin    = "login"    // sign in by phone
	forClaim    = "claim"    // a case code was scanned: prove you are the party
	forRegister = "register" // a new account without a case
	forStepUp   = "stepup"   // prove again before something sensitive
)
