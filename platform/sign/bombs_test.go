package sign

import (
	"fmt"
	"testing"
	"time"
)

// TestBombs: what a stranger hangs on a signed paper so that looking at it never
// ends is answered in time, and as changed.
func TestBombs(t *testing.T) {
	file := signedCertifying(t, tiny("hello"))
	page := func(kids ...value) dict {
		return dict{{"/Type", name("/Pages")}, {"/Kids", array(kids)}, {"/Count", integer(1)}}
	}
	for what, change := range map[string]func(u *update, v view){
		"pages that double sixty times": func(u *update, v view) {
			for i := range 60 {
				n := ref(1000 + i)
				u.put(int(n), page(n+1, n+1))
			}
			u.put(1060, dict{{"/Type", name("/Page")}})
			u.put(2, page(ref(1000), ref(1000)))
		},
		"a tree of pages that is its own branch": func(u *update, v view) { u.put(2, page(ref(2), ref(3))) },
		"resources that double": func(u *update, v view) {
			for i := range 60 {
				n := ref(1000 + i)
				u.put(int(n), dict{{"/A", n + 1}, {"/B", n + 1}})
			}
			u.put(1060, dict{})
			u.put(7, dict{{"/Font", ref(1000)}})
		},
		"resources that are their own": func(u *update, v view) { u.put(7, dict{{"/Font", ref(7)}, {"/XObject", array{ref(7), ref(3)}}}) },
		"a million notes": func(u *update, v view) {
			notes := make(array, 300_000)
			for i := range notes {
				notes[i] = ref(5)
			}
			u.put(3, v.object(3).dict().with("/Annots", notes))
		},
		"a number that is a reference to itself": func(u *update, v view) {
			u.put(900, ref(900))
			u.put(2, dict{{"/Type", name("/Pages")}, {"/Kids", ref(900)}, {"/Count", ref(900)}})
		},
	} {
		start := time.Now()
		r := check(t, forge(t, file, change))
		if r.Verdict != Changed {
			t.Errorf("%s: %s", what, r.Verdict)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("%s: took %s", what, d)
		}
	}
}

// TestSharedByPages: what a thousand pages share is read once, not a thousand
// times, and in all no more than there is patience for: the page that checks files
// is open to everybody.
func TestSharedByPages(t *testing.T) {
	for what, file := range sharedByPages(t) {
		start := time.Now()
		if r := check(t, file); r.Verdict != Changed {
			t.Errorf("%s: %s", what, r.Verdict)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("%s: took %s", what, d)
		}
	}
}

func sharedByPages(t *testing.T) map[string][]byte {
	const pages = 2000
	out, kids, wide := map[string][]byte{}, make(array, pages), make(dict, 20_000)
	for i := range kids {
		kids[i] = ref(6 + i)
	}
	for i := range wide {
		wide[i] = entry{name(fmt.Sprintf("/F%d", i)), integer(i)}
	}
	for what, shared := range map[string]*object{
		"a stream of megabytes": {num: 5, stream: true, val: dict{{"/Length", integer(4 << 20)}}, data: make([]byte, 4<<20)},
		"a dictionary":          {num: 5, val: wide},
	} {
		all := []*object{
			{num: 1, val: dict{{"/Type", name("/Catalog")}, {"/Pages", ref(2)}}},
			{num: 2, val: dict{{"/Type", name("/Pages")}, {"/Kids", kids}, {"/Count", integer(pages)}}},
			{num: 3, val: dict{{"/Title", textString("x")}}},
			{num: 4, val: dict{{"/Shared", ref(5)}}},
			shared,
		}
		for i := range kids {
			all = append(all, &object{num: 6 + i, val: dict{{"/Type", name("/Page")}, {"/Contents", ref(5)}, {"/Resources", ref(4)}}})
		}
		file := written(all, 3)
		if r := check(t, file); r.Verdict != Unsigned {
			t.Fatalf("%s: %s", what, r.Verdict)
		}
		out[what] = forge(t, file, func(u *update, _ view) { u.put(3, dict{}) })
	}
	return out
}
