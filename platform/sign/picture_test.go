package sign

import (
	"bytes"
	"compress/zlib"
	"strings"
	"testing"
	"time"
)

const disc = "q 0.8 0.05 0.05 rg 2 2 96 96 re f Q"

func picture(t testing.TB) *Picture {
	t.Helper()
	p, err := NewPicture([]byte(disc))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func deflated(t testing.TB, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// showing is a seal whose picture is p, whatever it holds.
func showing(t testing.TB, p *Picture) []byte {
	t.Helper()
	f := Field{Name: "院印", Page: 1, Rect: [4]float64{60, 40, 160, 140}, At: time.Now(), Picture: p, Certify: true}
	return signed1(t, tiny("hello"), f, signer(t, authority(), "某法院"))
}

// pictured are files with the picture of a seal, good and bad.
func pictured(t testing.TB) map[string][]byte {
	t.Helper()
	good := showing(t, picture(t))
	drawn, widget := 0, 0
	d, err := read(good)
	if err != nil {
		t.Fatal(err)
	}
	for num, v := 0, d.view(); num < 20; num++ {
		switch o := v.object(num).dict(); {
		case o.get("/Subtype") == name("/Form"):
			drawn = num
		case o.get("/Subtype") == name("/Widget"):
			widget = num
		}
	}
	packed := deflated(t, multiplied+disc)
	return map[string][]byte{
		"a picture":                       good,
		"deflated by another program":     showing(t, &Picture{packed}),
		"deflated, not at all compressed": showing(t, &Picture{append(append([]byte{0x78, 1, 1, byte(len(multiplied + disc)), 0, ^byte(len(multiplied + disc)), 0xff}, multiplied+disc...), packed[len(packed)-4:]...)}),
		"a picture moved": forge(t, good, func(u *update, v view) {
			u.set(v, widget, "/Rect", array{integer(0), integer(0), integer(100), integer(100)})
		}),
		"a picture replaced": forge(t, good, func(u *update, v view) {
			other := deflated(t, multiplied+"q 0 0 9 9 re f Q")
			u.putStream(drawn, v.object(drawn).dict().with("/Length", integer(len(other))), other)
		}),
		"a picture taken away":           forge(t, good, func(u *update, v view) { u.put(widget, v.object(widget).dict().without("/AP")) }),
		"a picture with text":            showing(t, &Picture{deflated(t, multiplied+evil)}),
		"a picture that covers":          showing(t, &Picture{deflated(t, "1 g 0 0 100 100 re f")}),
		"something behind the picture":   showing(t, &Picture{append(bytes.Clone(packed), "x"...)}),
		"a picture cut off":              showing(t, &Picture{packed[:len(packed)-3]}),
		"a picture of another sum":       showing(t, &Picture{append(bytes.Clone(packed[:len(packed)-1]), packed[len(packed)-1]^1)}),
		"a picture that is not deflated": showing(t, &Picture{[]byte(multiplied + disc)}),
		"a picture without end":          showing(t, &Picture{deflated(t, multiplied+strings.Repeat(" ", 64<<20))}),
		"a picture as long as it may be": showing(t, &Picture{deflated(t, multiplied+strings.Repeat(" ", longestAppearance))}),
		"a picture a little longer":      showing(t, &Picture{deflated(t, multiplied+strings.Repeat(" ", longestAppearance+1))}),
	}
}

// TestPicture: a picture of shapes counts however it was deflated, and no other;
// nobody moves, replaces or takes away one that is signed.
func TestPicture(t *testing.T) {
	holds := map[string]bool{"a picture": true, "deflated by another program": true, "deflated, not at all compressed": true, "a picture as long as it may be": true}
	for what, file := range pictured(t) {
		start := time.Now()
		want := Changed
		if holds[what] {
			want = Genuine
			clean(t, file)
		}
		if r := check(t, file); r.Verdict != want {
			t.Errorf("%s: %s, not %s: %+v", what, r.Verdict, want, r.Objections)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: took %s", what, took)
		}
	}
	for what, ops := range map[string]string{"text": evil, "an open q": "q", "too long": strings.Repeat(" ", longestAppearance+1)} {
		if _, err := NewPicture([]byte(ops)); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}
