package identity

import (
	"fmt"

	"mashang/law"
)

// Numbers for demonstrations: they pass every check and cannot be anyone's.

// Fictional returns a resident number of the area 990000, which GB/T 2260
// gives to no place.
func Fictional(seed int, born law.Date, male bool) string {
	seq := seed % 500 * 2 // even: female
	if male {
		seq++
	}
	s := fmt.Sprintf("990000%04d%02d%02d%03d", born.Year, born.Month, born.Day, seq)
	return s + string(checkChar(s))
}

// FictionalUSCC returns a credit code of the same area.
func FictionalUSCC(seed int) string {
	s := fmt.Sprintf("91990000%09d", seed)
	return s + string(creditCheck(s))
}

// FictionalPhone returns a number of the form of a mobile number that begins
// with 100, which the numbering plan gives to no mobile network.
func FictionalPhone(seed int) string { return fmt.Sprintf("100%08d", seed) }
