package account

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"mashang/platform/auth"
	"mashang/platform/fault"
	"mashang/third_party/passwords"
)

// TestPassword: length counts and what everybody knows does not; which kinds
// of characters it has is nobody's business.
func TestPassword(t *testing.T) {
	s := &Service{leaked: passwords.Leaked}
	for p, ok := range map[string]bool{
		"一句自己记得住的话": false, "庭前三棵老槐树都开花了": false, "庭前三棵老槐树都开花了呀": true, "correct horse b": true, "84917320561947": true, "}{)(*&^%$#@!~": true,
		strings.Repeat("秋天里柿子熟了呀", 8): true, strings.Repeat("🌾🐎秋x9 ", 33) + "ab": true, strings.Repeat("秋天里柿子熟了呀", 25) + "长": false,
		"short1A!": false, "elevenchars": false,
		"mashang123456": false, "法院法官码上密码2026法院": false, "MaShang-Court-2026": false, "hengshui12368admin": false, "qianfa1234567": false, "法院门口的三棵老槐树开花了": true,
		"aaaaaaaaaaaa": false, "121212121212": false, "哈哈哈哈哈哈哈哈哈哈哈哈": false,
		"1qaz2wsx3edc4rfv": false, "QwertyUiop123": false, "unbelievable": false,
	} {
		err := s.checkPassword(p, "qianfa")
		if (err == nil) != ok {
			t.Errorf("%q: %v", p, err)
		}
		if err != nil && (fault.KindOf(err) != fault.Invalid || fault.As(err).Field != "password") {
			t.Errorf("%q: %v", p, err)
		}
	}
}

// TestHash: what is stored of a password is Argon2id with the parameters that
// docs/security.md names, 16 random bytes and 32 of the result; nothing shorter or
// altered is taken for it.
func TestHash(t *testing.T) {
	a, b := newPassword("一句自己记得住的话123"), newPassword("一句自己记得住的话123")
	f := strings.Split(a, "$")
	salt, err1 := base64.RawStdEncoding.DecodeString(f[1])
	sum, err2 := base64.RawStdEncoding.DecodeString(f[2])
	if a == b || f[0] != "argon2id" || len(salt) != 16 || len(sum) != 32 || err1 != nil || err2 != nil {
		t.Fatalf("%s %s", a, b)
	}
	for p, want := range map[string]bool{"一句自己记得住的话123": true, "一句自己记得住的话123 ": false, "一句自己记得住的话12": false, "": false} {
		if samePassword(a, p) != want {
			t.Errorf("%q: %v", p, !want)
		}
	}
	for _, stored := range []string{"", "$$", f[0] + "$" + f[1] + "$", f[0] + "$" + f[1] + "$" + f[2][:20]} {
		if samePassword(stored, "一句自己记得住的话123") || samePassword(stored, "") {
			t.Errorf("%q is somebody's password", stored)
		}
	}
	if argonMemory < 47104 || argonTime < 1 { // OWASP's first choice is 46 MiB and one pass
		t.Error("the parameters are weaker than what is advised")
	}
}

// TestCode: a one-time code is one of a million, each as likely as another.
func TestCode(t *testing.T) {
	first := map[byte]int{}
	for range 5000 {
		c := newCode()
		if n, err := strconv.Atoi(c); err != nil || n < 0 || len(c) != 6 {
			t.Fatalf("%q", c)
		}
		first[c[0]]++
	}
	for d := byte('0'); d <= '9'; d++ {
		if first[d] < 350 || first[d] > 650 { // 500 expected, seven deviations off
			t.Errorf("%d of 5000 begin with %c", first[d], d)
		}
	}
	secret, url, err := newTOTP("x")
	if err != nil || len(secret) != secretLen || secretLen*5 < 160 || !strings.Contains(url, secret) {
		t.Errorf("an authenticator's secret of %d letters, %v", len(secret), err)
	}
}

// TestDocumented holds docs/security.md against the numbers of the program.
func TestDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(b)), " ")
	staffIdle, staffMost := life(true)
	idle, most := life(false)
	for _, want := range []string{
		fmt.Sprintf("| one-time code | 6 digits, %d minutes, %d tries, once |", int(codeLife.Minutes()), codeTries),
		fmt.Sprintf("| invitation | 130 bits, %d days, once", int(inviteLife.Hours()/24)),
		fmt.Sprintf("| second word of a repeated invitation | %d characters, %d bits", proofLen, proofLen*5),
		fmt.Sprintf("after %d wrong tries a staff account rests %d minutes", maxFailures, int(lockFor.Minutes())),
		fmt.Sprintf("| court's people | %d hour | %d hours |", int(staffIdle.Hours()), int(staffMost.Hours())),
		fmt.Sprintf("| parties and agents | %d days | %d days |", int(idle.Hours()/24), int(most.Hours()/24)),
		fmt.Sprintf("%d minutes, in `auth.Fresh`", int(auth.Fresh.Minutes())),
		fmt.Sprintf("exact to %d minutes", int(seenEvery.Minutes())),
		fmt.Sprintf("passkey exchange %d minutes", int(ceremonyLife.Minutes())),
		fmt.Sprintf("choosing among people who share a phone %d minutes", int(choiceLife.Minutes())),
		fmt.Sprintf("%d to %d characters", leastPassword, mostPassword),
		fmt.Sprintf("at least %d without them", leastOwn),
		fmt.Sprintf("at least %d different", leastLetters),
		strings.Join(common, ", ") + ".",
		fmt.Sprintf("Argon2id, %d passes, %d MiB, %d lanes", argonTime, argonMemory>>10, argonThreads),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("docs/security.md does not say %q", want)
		}
	}
}
