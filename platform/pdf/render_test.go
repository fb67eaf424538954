package pdf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"sync"
	"testing"
)

// parseFaceTables reads back the glyph count of a subset file through its table
// directory.
func parseFaceTables(ttf []byte) (int, error) {
	for i := range int(binary.BigEndian.Uint16(ttf[4:])) {
		rec := ttf[12+16*i:]
		if string(rec[:4]) == "maxp" {
			at := binary.BigEndian.Uint32(rec[8:])
			return int(binary.BigEndian.Uint16(ttf[at+4:])), nil
		}
	}
	return 0, errors.New("no maxp table")
}

func TestSamePaperSameBytesFromManyGoroutines(t *testing.T) {
	fs := faces(t)
	for name := range samples() {
		want, _, err := Render(fs, samples()[name])
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				got, _, err := Render(fs, samples()[name])
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s: rendered again it differs (%v)", name, err)
				}
			})
		}
		wg.Wait()
	}
	fresh, err := LoadFaces("")
	if err != nil {
		t.Fatal(err)
	}
	a, _, _ := Render(fs, acceptance())
	b, _, err := Render(fresh, acceptance())
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("freshly loaded faces give another file (%v)", err)
	}
}

func TestRenderRefuses(t *testing.T) {
	long := string(bytes.Repeat([]byte("x"), 5000))
	for name, d := range map[string]*Doc{
		"no blocks":      {},
		"empty row":      {Blocks: []Block{Form{Rows: []Row{{}}}}},
		"no code":        {Code: &PaperCode{}, Blocks: []Block{Paragraph{Text: "甲"}}},
		"code too long":  {Blocks: []Block{CasePanel{URL: long}}},
		"grid, no heads": {Blocks: []Block{Grid{}}},
		"grid, widths":   {Blocks: []Block{Grid{Head: []string{"甲"}, Widths: []float64{1, 2}}}},
		"grid, cells":    {Blocks: []Block{Grid{Head: []string{"甲"}, Rows: [][]string{{"乙", "丙"}}}}},
	} {
		if b, _, err := Render(faces(t), d); err == nil || b != nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestCapitalDate(t *testing.T) {
	for want, d := range map[string][3]int{
		"二〇二六年十月二十日":   {2026, 10, 20},
		"二〇二六年三月二十五日":  {2026, 3, 25},
		"二〇三〇年十二月三十一日": {2030, 12, 31},
		"二〇二六年一月一日":    {2026, 1, 1},
		"二〇一〇年十一月十日":   {2010, 11, 10},
	} {
		if got := CapitalDate(d[0], d[1], d[2]); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// BenchmarkTwoPages measures papers per second on one core: a notice of two
// pages with seal, code and rare names.
func BenchmarkTwoPages(b *testing.B) {
	fs, d := faces(b), acceptance()
	b.ReportAllocs()
	for b.Loop() {
		if _, pages, err := Render(fs, d); err != nil || pages != 2 {
			b.Fatalf("%d pages, %v", pages, err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "papers/s")
}

// BenchmarkLoadFaces is what a process pays once.
func BenchmarkLoadFaces(b *testing.B) {
	for b.Loop() {
		if _, err := LoadFaces(""); err != nil {
			b.Fatal(err)
		}
	}
}
