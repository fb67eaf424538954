package signing

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestAppearance: what a signature shows stays in its box, and the minute in
// which it was made stands beside it.
func TestAppearance(t *testing.T) {
	at := time.Date(2026, 11, 28, 1, 32, 0, 0, time.UTC)
	for _, d := range []strokes{nil, {{{0, 0}, {1000, 440}}}, {{{500, 10}, {501, 400}}}, {{{7, 7}}}} {
		b := d.appearance(190, 54, at)
		var nums []float64
		for _, w := range strings.Fields(string(b)) {
			if w == "m" || w == "l" {
				if x, y := nums[len(nums)-2], nums[len(nums)-1]; x < 0 || x > 190 || y < 0 || y > 54 {
					t.Errorf("%v: %v, %v is outside", d, x, y)
				}
			}
			if n, err := strconv.ParseFloat(w, 64); err == nil {
				nums = append(nums, n)
			}
		}
		if !bytes.Equal(b, d.appearance(190, 54, at.Add(59*time.Second))) || bytes.Equal(b, d.appearance(190, 54, at.Add(time.Minute))) {
			t.Errorf("%v: the minute is not what is shown", d)
		}
	}
}
