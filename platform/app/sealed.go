package app

import (
	"context"
	"io"
	"strings"

	"mashang/platform/blob"
)

// PutSealed stores a file sealed for a purpose, so that the folder of files
// tells nobody what it holds. It returns the digest by which the file is found
// and the size in bytes of what was sealed.
func (k *Kit) PutSealed(ctx context.Context, purpose string, body io.Reader) (digest string, size int64, err error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return "", 0, err
	}
	digest, _, err = k.Blob.Put(ctx, strings.NewReader(k.Vault.Seal(purpose, string(b))))
	return digest, int64(len(b)), disk(err)
}

// OpenSealed returns what PutSealed stored for the same purpose.
func (k *Kit) OpenSealed(ctx context.Context, purpose, digest string) (string, error) {
	b, err := blob.ReadAll(ctx, k.Blob, digest)
	if err != nil {
		return "", err
	}
	return k.Vault.Open(purpose, string(b))
}
