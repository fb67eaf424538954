package sign

import (
	"context"
	"testing"
)

func BenchmarkSign(b *testing.B) {
	pdf, s, ctx := paper(), signer(b, authority(), "张三"), context.Background()
	b.SetBytes(int64(len(pdf)))
	for b.Loop() {
		if _, err := Sign(ctx, pdf, field(0), s, clockwork()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	file := signedBy(b, paper(), 2)
	for b.Loop() {
		if r := check(b, file); r.Verdict != Genuine {
			b.Fatal(r)
		}
	}
}
