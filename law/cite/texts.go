package cite

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"mashang/law"
)

//go:embed texts.tsv
var texts string

// articles are the last articles of the laws whose present text is known, by
// their full titles; between the two stands the day of that text.
var articles = sync.OnceValue(func() map[string]int {
	out := map[string]int{}
	for line := range strings.Lines(texts) {
		title, rest, _ := strings.Cut(strings.TrimSpace(line), "\t")
		_, last, _ := strings.Cut(rest, "\t")
		n, err := strconv.Atoi(last)
		if err != nil {
			panic("cite: texts.tsv: " + line) // the table is a part of the program: a broken one ends its tests
		}
		out[title] = n
	}
	return out
})

// Lacks reports whether a law is known and has no such article: 第三千条 of
// 民法典. last is its last one. Of a law that is not known nobody can say.
func Lacks(title, article string) (last int, lacks bool) {
	last, known := articles()[title]
	if !known {
		return 0, false
	}
	for n := 1; n <= last; n++ {
		if law.Chinese(n) == article {
			return last, false
		}
	}
	return last, true
}
