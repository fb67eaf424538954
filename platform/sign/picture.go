package sign

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
)

// Picture is an appearance that many signatures share, as that of a seal: it is
// checked and deflated once.
type Picture struct {
	packed []byte // as it stands in the file
}

// NewPicture makes a picture of page operators, which are under the rules of
// [Field].Appearance.
func NewPicture(ops []byte) (*Picture, error) {
	if err := vectors(ops); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(append([]byte(multiplied), ops...)); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return &Picture{b.Bytes()}, nil
}

// readPicture takes a picture out of a file. Another program may deflate the
// same operators to other bytes: they are kept as they stand, so that the
// revision is written again to the last byte.
func readPicture(packed []byte) (*Picture, error) {
	in := bytes.NewReader(packed)
	z, err := zlib.NewReader(in)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(z, int64(len(multiplied)+longestAppearance+1)))
	if err != nil {
		return nil, err
	}
	ops, ok := bytes.CutPrefix(b, []byte(multiplied))
	if !ok || in.Len() > 0 {
		return nil, errors.New("sign: the picture is not ours")
	}
	return &Picture{packed}, vectors(ops)
}
