package stats

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Percent is a share in hundredths of a percentage point: 9177 is 91.77%.
type Percent int64

// Rate is num of den in percent, rounded half away from zero. Of nothing there
// is no share: ok is false.
func Rate(num, den int64) (p Percent, ok bool) {
	if den <= 0 {
		return 0, false
	}
	// Twice the figure, halved after adding one half: exact, whatever the size.
	n := new(big.Int).Abs(big.NewInt(num))
	n.Mul(n, big.NewInt(20000)).Add(n, big.NewInt(den)).Quo(n, new(big.Int).Mul(big.NewInt(2), big.NewInt(den)))
	p = Percent(n.Int64())
	if num < 0 {
		p = -p
	}
	return p, true
}

// Points is the change from one share to another in percentage points. It is
// the difference of what is printed, so that a reader can check it.
func Points(now, before Percent) Percent { return now - before }

// String writes 91.77, -2.70.
func (p Percent) String() string {
	sign := ""
	if p < 0 {
		sign, p = "-", -p
	}
	return fmt.Sprintf("%s%d.%02d", sign, p/100, p%100)
}

// ParsePercent reads what String writes, with at most two decimals.
func ParsePercent(s string) (Percent, error) {
	whole, frac, dot := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if whole == "" || len(whole) > 12 || dot && frac == "" || len(frac) > 2 || strings.Trim(whole+frac, "0123456789") != "" {
		return 0, fmt.Errorf("stats: %q is no percentage", s)
	}
	n, err := strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
	if strings.HasPrefix(s, "-") {
		n = -n
	}
	return Percent(n), err
}
