package account

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"

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

// common are words of the trade: they stand in many passwords, so in a password
// they count for nothing, and neither does the login of its owner.
var common = []string{"码上", "mashang", "人民法院", "法院", "fayuan", "court", "法官", "faguan", "judge", "书记员", "shujiyuan", "院长", "yuanzhang", "庭长", "tingzhang",
	"立案", "审判", "执行", "管理员", "guanliyuan", "admin", "衡水", "hengshui", "河北", "hebei", "12368", "密码", "mima", "password"}

// What a password is measured by. Which kinds of characters it has is its
// owner's affair (NIST SP 800-63B); how many different ones is what there is of
// the complexity that GB/T 22239-2019, 8.1.4.1 asks for.
const (
	leastPassword = 12
	mostPassword  = 200
	leastOwn      = 8 // without the common words
	leastLetters  = 6 // different ones
)

// checkPassword says what is wrong with a new staff password.
func (s *Service) checkPassword(p, login string) error {
	own := strings.ToLower(p)
	different := map[rune]bool{}
	for _, r := range own {
		different[r] = true
	}
	for _, w := range append([]string{login}, common...) {
		own = strings.ReplaceAll(own, strings.ToLower(w), "")
	}
	switch {
	case len([]rune(p)) < leastPassword:
		return fault.Field("password", fmt.Sprintf("密码至少 %d 位。可以用一句自己记得住的话。", leastPassword))
	case len([]rune(p)) > mostPassword:
		return fault.Field("password", fmt.Sprintf("密码最多 %d 位，请短一些。", mostPassword))
	case len([]rune(own)) < leastOwn:
		return fault.Field("password", fmt.Sprintf("登录名和“法院”“密码”这些谁都想得到的词不算数，别的字至少要有 %d 位。请换一句只有自己知道的话。", leastOwn))
	case len(different) < leastLetters:
		return fault.Field("password", fmt.Sprintf("密码里至少要有 %d 个不同的字。", leastLetters))
	case s.leaked(p):
		return fault.Field("password", "这个密码在别处泄露过，坏人最先试的就是它。请换一句只有自己知道的话。")
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
