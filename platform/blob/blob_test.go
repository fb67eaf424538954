package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mashang/platform/blob"
)

// conform is what every store must do.
func conform(t *testing.T, s blob.Store) {
	t.Helper()
	ctx := t.Context()
	want := map[string]string{}
	for _, body := range []string{"", "一份证据", strings.Repeat("x", 3<<20)} {
		digest, size, err := s.Put(ctx, strings.NewReader(body))
		if err != nil || size != int64(len(body)) || digest != fmt.Sprintf("%x", sha256.Sum256([]byte(body))) {
			t.Fatalf("%s %d %v", digest, size, err)
		}
		again, _, err := s.Put(ctx, strings.NewReader(body))
		if err != nil || again != digest {
			t.Fatalf("a second time: %s %v", again, err)
		}
		want[digest] = body
	}
	got := map[string]bool{}
	err := s.Each(ctx, func(d string) error {
		if got[d] {
			t.Errorf("%s twice", d)
		}
		got[d] = true
		b, err := blob.ReadAll(ctx, s, d)
		if err != nil || string(b) != want[d] {
			t.Errorf("%s: %d bytes, %v", d, len(b), err)
		}
		return nil
	})
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d of %d, %v", len(got), len(want), err)
	}
	stop := errors.New("stop")
	if err := s.Each(ctx, func(string) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Each goes on: %v", err)
	}
	for _, bad := range []string{"", "ab", strings.Repeat("0", 64), "../../../etc/passwd", strings.Repeat("A", 64)} {
		if _, err := s.Open(ctx, bad); !errors.Is(err, blob.ErrMissing) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, _, err := s.Put(ctx, io.MultiReader(strings.NewReader("half"), broken{})); !errors.Is(err, errBroken) {
		t.Errorf("an upload that broke off: %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := s.Put(gone, strings.NewReader("late")); err == nil {
		t.Error("a cancelled upload was kept")
	}
	for digest := range want {
		for range 2 { // once more is no error
			if err := s.Remove(ctx, digest); err != nil {
				t.Error(err)
			}
		}
		if _, err := s.Open(ctx, digest); !errors.Is(err, blob.ErrMissing) {
			t.Errorf("%s is still there: %v", digest, err)
		}
	}
	if err := s.Remove(ctx, "../../../etc/passwd"); !errors.Is(err, blob.ErrMissing) {
		t.Errorf("removing what is no blob: %v", err)
	}
	together(t, s)
}

var errBroken = errors.New("broke off")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

// together puts the same bytes from many sides at once.
func together(t *testing.T, s blob.Store) {
	t.Helper()
	body := bytes.Repeat([]byte("同时"), 50_000)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			d, _, err := s.Put(t.Context(), bytes.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			if b, err := blob.ReadAll(t.Context(), s, d); err != nil || !bytes.Equal(b, body) {
				t.Error("read while others write:", err)
			}
		})
	}
	wg.Wait()
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	s, err := blob.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	conform(t, s)
	left, err := os.ReadDir(filepath.Join(dir, "tmp"))
	if err != nil || len(left) != 0 {
		t.Errorf("%d temporary files are left, %v", len(left), err)
	}
}

func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	s, err := blob.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte("证据原件")
	d, _, err := s.Put(t.Context(), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, d[:2], d[2:])
	flipped := append([]byte{}, body...)
	flipped[3] ^= 1
	for _, bad := range [][]byte{flipped, body[:5], append(append([]byte{}, body...), 'x'), {}} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := blob.ReadAll(t.Context(), s, d); !errors.Is(err, blob.ErrDamaged) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestLeftBehind: what a killed process left half written is gone at the next
// start; what another process is writing now stays.
func TestLeftBehind(t *testing.T) {
	dir := t.TempDir()
	if _, err := blob.OpenFolder(dir); err != nil {
		t.Fatal(err)
	}
	old, now := filepath.Join(dir, "tmp", "put-1"), filepath.Join(dir, "tmp", "put-2")
	for _, p := range []string{old, now} {
		if err := os.WriteFile(p, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.OpenFolder(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := os.Stat(now); err != nil {
		t.Errorf("the one that is being written: %v", err)
	}
}
