package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/ledger"
)

// runWitness cosigns the checkpoints of another court.
func runWitness(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("witness", "witness -data DIR -name NAME -log KEY -listen ADDR", "Signs checkpoints of the ledger with the given verifier key, each only if it extends\nthe last one signed (C2SP tlog-witness, POST /add-checkpoint).", stderr)
	data := fs.String("data", "mashang-witness", "folder for key and state")
	name := fs.String("name", "", "name of this witness, such as its host")
	log := fs.String("log", "", "verifier key of the ledger, from /hall/key of that court")
	listen := fs.String("listen", "127.0.0.1:8081", "address to serve on")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if err := errors.Join(needs(*name, "-name"), needs(*log, "-log")); err != nil {
		return err
	}
	w, err := ledger.NewWitness(*data, *name, *log, &fileState{path: filepath.Join(*data, "state.json")}, time.Now)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "witness key: %s\nlistening on %s\n", w.Key(), l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	srv := &http.Server{Handler: w, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer stop()
		done <- srv.Shutdown(grace)
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}

// fileState remembers the last checkpoint on the disk before it is answered.
type fileState struct {
	mu   sync.Mutex
	path string
}

type seenState struct {
	Size int64     `json:"size"`
	Root tlog.Hash `json:"root"`
}

func (f *fileState) read() (s seenState, err error) {
	b, err := os.ReadFile(f.path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(b, &s)
}

// Last implements ledger.State.
func (f *fileState) Last() (int64, tlog.Hash, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, err := f.read()
	return s.Size, s.Root, err
}

// Swap implements ledger.State.
func (f *fileState) Swap(old, size int64, root tlog.Hash) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, err := f.read()
	if err != nil {
		return err
	}
	if s.Size != old {
		return ledger.ErrBehind{Size: s.Size}
	}
	b, err := json.Marshal(seenState{size, root})
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.path), ".state-")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), f.path); err != nil {
		return err
	}
	// The name must be on the disk before the signature leaves: a witness that
	// forgot what it signed could be talked into signing a fork.
	dir, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
