package id

import (
	"strings"
	"testing"
)

// TestSecret: 26 letters of 32, each as likely as another at every place, so
// 130 bits; none comes twice.
func TestSecret(t *testing.T) {
	const n = 6400
	seen, at := map[string]bool{}, [26][32]int{}
	for range n {
		s := Secret()
		if len(s) != 26 || seen[s] || Fold(s) != s {
			t.Fatalf("%q", s)
		}
		seen[s] = true
		for i, r := range s {
			at[i][strings.IndexRune(alphabet, r)]++
		}
	}
	for i, letters := range at {
		chi := 0.0
		for _, k := range letters {
			chi += float64((k-n/32)*(k-n/32)) / (n / 32)
		}
		if chi > 90 { // 31 degrees of freedom: once in ten million places
			t.Errorf("place %d is not even: %.0f", i, chi)
		}
	}
}
