package sign

import (
	"bytes"
	"iter"
	"os"
	"slices"
	"testing"
	"time"
)

// TestEveryByteCounts changes the bytes of signed files in three ways: the
// lowest bit, the one that makes capitals of letters, the highest.
func TestEveryByteCounts(t *testing.T) {
	s := signer(t, authority(), "张三")
	small := signed1(t, tiny("hello"), field(0), s)
	flips(t, small, each(small, 1, 1), 0x01)
	flips(t, small, each(small, min(3, sparse()), sparse()), 0x20, 0x80)
	all := kept(t, tiny("hello"), s)
	flips(t, all, each(all, min(5, sparse()), sparse()), 0x01)
	two := signedBy(t, paper(), 2)
	flips(t, two, each(two, 61, sparse()), 0x01)
}

// sparse is the stride in the zeros after a signature: most bytes of a small
// file are such zeros. The long tests take every byte of all small files.
func sparse() int {
	if os.Getenv("MASHANG_LONG") != "" {
		return 1
	}
	return 199
}

// each gives the places of a file by stride, those of long runs of zeros by another.
func each(file []byte, stride, zeros int) iter.Seq[int] {
	run := bytes.Repeat([]byte("0"), 64)
	return func(yield func(int) bool) {
		for i := 0; i < len(file) && yield(i); {
			if bytes.HasPrefix(file[i:], run) {
				i += zeros
			} else {
				i += stride
			}
		}
	}
}

func flips(t *testing.T, file []byte, places iter.Seq[int], masks ...byte) {
	t.Helper()
	if r := check(t, file); r.Verdict != Genuine {
		t.Fatalf("%+v", r)
	}
	trust, now, believed, tried := authority().Trust(), time.Now(), 0, 0
	for i := range places {
		for _, m := range masks {
			file[i] ^= m
			if r, err := Verify(file, trust, now); err == nil && (r.Verdict == Genuine || r.Verdict == Unsigned) {
				believed++
				t.Errorf("byte %d of %d, changed by %#x, is %s", i, len(file), m, r.Verdict)
			}
			file[i] ^= m
			tried++
		}
		if believed > 20 {
			t.Fatal("and so on")
		}
	}
	t.Logf("%d changes to %d bytes", tried, len(file))
}

// TestCutAnywhere: of a file that ends early, or goes on, nothing is genuine
// but what ends where a signature ended.
func TestCutAnywhere(t *testing.T) {
	file := kept(t, tiny("hello"), signer(t, authority(), "张三"))
	ends := map[int]Verdict{len(tiny("hello")): Unsigned}
	for _, r := range check(t, file).Revisions[1:] {
		ends[r.End] = Genuine
	}
	places := slices.Collect(each(file, min(7, sparse()), sparse()))
	for end := range ends {
		places = append(places, end-1, end)
	}
	for _, n := range places {
		r, err := Verify(file[:n], authority().Trust(), time.Now())
		want := ends[n]
		if err == nil && r.Verdict != Changed && r.Verdict != want || err != nil && want != "" {
			t.Errorf("%d bytes of %d are %s", n, len(file), r.Verdict)
		}
	}
	for _, more := range []string{"\n", " ", "%", "\x00", "%%EOF\n", "startxref\n0\n%%EOF\n"} {
		r := check(t, append(file[:len(file):len(file)], more...))
		if r.Verdict != Changed || r.Signers() != 1 || r.Objections[0].What != Unreadable || r.Objections[0].Byte != len(file) {
			t.Errorf("%q: %+v", more, r)
		}
	}
}
