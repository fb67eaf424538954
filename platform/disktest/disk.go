// Package disktest is a disk that fails as disks do: it writes half and says
// so, refuses to sync, loses at a power cut what was not synced, or gives back
// other bytes than were written. It is a FUSE file system over a folder, for
// tests that run the real program on it (root, /dev/fuse).
//
// What is on the disk is in two folders: live, which the program sees, and
// safe, which holds what it may count on. A write goes to live at once and to
// safe when its file is synced; names are taken to last at once, which is kinder
// than some disks are.
package disktest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Fault is what goes wrong.
type Fault int

// The faults.
const (
	None      Fault = iota
	HalfWrite       // one write stores half of its bytes and fails; the next works again
	BadWrite        // from one write on nothing is stored
	BadSync         // one sync fails; what it should have kept may be lost
	PowerCut        // everything stops; what was not synced is lost
	TornCut         // everything stops; of what was not synced some is there, in any order, the last by half
	Flip            // one read in twenty gives back a bit turned over; to be set before files are opened
)

// Faults are those of writing, with their names.
var Faults = map[Fault]string{HalfWrite: "half a write", BadWrite: "no write from here on", BadSync: "a sync that fails", PowerCut: "power cut", TornCut: "power cut with torn writes"}

// Disk is a mounted file system.
type Disk struct {
	live, safe string
	server     *fuse.Server

	mu      sync.Mutex
	fault   Fault
	after   int // operations of the kind until it happens
	off     bool
	flips   int
	pending map[string][]change // by path below live
}

// change is a write, or a truncation, that no sync has made safe.
type change struct {
	off  int64
	data []byte // nil: cut to off
}

// Mount shows folder at point. The folder becomes the live one; its copy, at
// folder+".safe", is what outlasts a power cut.
func Mount(folder, point string) (*Disk, error) {
	d := &Disk{live: folder, safe: folder + ".safe", pending: map[string][]change{}}
	if err := errors.Join(os.RemoveAll(d.safe), os.CopyFS(d.safe, os.DirFS(folder)), os.MkdirAll(point, 0o700)); err != nil {
		return nil, err
	}
	root := &fs.LoopbackRoot{Path: folder}
	root.NewNode = func(r *fs.LoopbackRoot, _ *fs.Inode, _ string, _ *syscall.Stat_t) fs.InodeEmbedder {
		return &node{LoopbackNode: fs.LoopbackNode{RootData: r}, d: d}
	}
	top := &node{LoopbackNode: fs.LoopbackNode{RootData: root}, d: d}
	root.RootNode = top
	s, err := fs.Mount(point, top, &fs.Options{MountOptions: fuse.MountOptions{DirectMount: true, FsName: "disktest", Name: "disktest"}})
	if err != nil {
		return nil, fmt.Errorf("disktest: %w (root and /dev/fuse are needed)", err)
	}
	d.server = s
	return d, nil
}

// Unmount takes the disk away; nobody may have a file open on it.
func (d *Disk) Unmount() error { return d.server.Unmount() }

// Break lets a fault happen after n more writes, syncs or reads.
func (d *Disk) Break(f Fault, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault, d.after = f, n
}

// Happened reports whether the fault came.
func (d *Disk) Happened() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.after <= 0 && (d.fault != Flip || d.flips > 0)
}

// Safe is the folder that a power cut leaves. The disk must be unmounted.
func (d *Disk) Safe() (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fault != TornCut {
		return d.safe, nil
	}
	for path, list := range d.pending {
		for i, c := range list {
			if rand.IntN(2) == 0 {
				continue
			}
			if i == len(list)-1 {
				c.data = c.data[: len(c.data)/2 : len(c.data)/2]
			}
			if err := d.keep(path, c); err != nil {
				return "", err
			}
		}
	}
	return d.safe, nil
}

func (d *Disk) rel(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, d.live), "/")
}

func (d *Disk) keep(path string, c change) error {
	f, err := os.OpenFile(filepath.Join(d.safe, path), os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil // removed since
	}
	if err != nil {
		return err
	}
	if c.data == nil {
		err = f.Truncate(c.off)
	} else {
		_, err = f.WriteAt(c.data, c.off)
	}
	return errors.Join(err, f.Close())
}

// write says how many of n bytes are stored, and with what answer.
func (d *Disk) write(n int) (int, syscall.Errno) {
	if d.off {
		return 0, syscall.EIO
	}
	if d.fault == None || d.fault == BadSync || d.fault == Flip {
		return n, 0
	}
	d.after--
	switch {
	case d.after > 0:
		return n, 0
	case d.fault == HalfWrite && d.after == 0:
		return n / 2, syscall.EIO
	case d.fault == HalfWrite:
		return n, 0
	case d.fault == PowerCut || d.fault == TornCut:
		d.off = true
	}
	return 0, syscall.EIO
}

func (d *Disk) sync(path string) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return syscall.EIO
	}
	if d.fault == BadSync {
		if d.after--; d.after == 0 {
			delete(d.pending, path) // as Linux does: the pages are clean, and lost
			return syscall.EIO
		}
	}
	for _, c := range d.pending[path] {
		if err := d.keep(path, c); err != nil {
			return syscall.EIO
		}
	}
	delete(d.pending, path)
	return 0
}

// both does the same to a name in live and in safe.
func (d *Disk) both(do func(folder string) error) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return syscall.EIO
	}
	_ = do(d.safe)
	return fs.ToErrno(do(d.live))
}

type node struct {
	fs.LoopbackNode
	d *Disk
}

func (n *node) at() string { return n.Path(n.Root()) }

// Open implements fs.NodeOpener.
func (n *node) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	if flags&syscall.O_TRUNC != 0 {
		n.d.cut(n.at(), 0)
	}
	h, _, errno := n.LoopbackNode.Open(ctx, flags)
	if n.d.lies() && !strings.HasSuffix(n.at(), "-shm") { // each read comes here; shared memory must be mapped
		return &file{h, n}, fuse.FOPEN_DIRECT_IO, errno
	}
	return &file{h, n}, 0, errno
}

// Create implements fs.NodeCreater.
func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	if n.d.dead() {
		return nil, nil, 0, syscall.EIO
	}
	i, h, _, errno := n.LoopbackNode.Create(ctx, name, flags, mode, out)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	f, err := os.OpenFile(filepath.Join(n.d.safe, n.at(), name), os.O_CREATE|os.O_RDWR, os.FileMode(mode&0o777))
	if err == nil {
		err = f.Close()
	}
	return i, &file{h, i.Operations().(*node)}, 0, fs.ToErrno(err)
}

// Mkdir implements fs.NodeMkdirer.
func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if n.d.dead() {
		return nil, syscall.EIO
	}
	if err := os.Mkdir(filepath.Join(n.d.safe, n.at(), name), os.FileMode(mode&0o777)); err != nil {
		return nil, fs.ToErrno(err)
	}
	return n.LoopbackNode.Mkdir(ctx, name, mode, out)
}

// Unlink implements fs.NodeUnlinker.
func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	path := filepath.Join(n.at(), name)
	errno := n.d.both(func(folder string) error { return os.Remove(filepath.Join(folder, path)) })
	n.d.mu.Lock()
	delete(n.d.pending, path)
	n.d.mu.Unlock()
	return errno
}

// Rename implements fs.NodeRenamer.
func (n *node) Rename(_ context.Context, name string, to fs.InodeEmbedder, newName string, _ uint32) syscall.Errno {
	from, dest := filepath.Join(n.at(), name), filepath.Join(to.EmbeddedInode().Path(n.Root()), newName)
	errno := n.d.both(func(folder string) error {
		return os.Rename(filepath.Join(folder, from), filepath.Join(folder, dest))
	})
	n.d.mu.Lock()
	defer n.d.mu.Unlock()
	delete(n.d.pending, dest)
	if p, ok := n.d.pending[from]; ok {
		n.d.pending[dest] = p
		delete(n.d.pending, from)
	}
	return errno
}

// Setattr implements fs.NodeSetattrer.
func (n *node) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if n.d.dead() {
		return syscall.EIO
	}
	if size, ok := in.GetSize(); ok {
		n.d.cut(n.at(), int64(size))
	}
	if h, ok := f.(*file); ok {
		f = h.FileHandle
	}
	return n.LoopbackNode.Setattr(ctx, f, in, out)
}

// Getattr implements fs.NodeGetattrer.
func (n *node) Getattr(ctx context.Context, f fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	if h, ok := f.(*file); ok {
		f = h.FileHandle
	}
	return n.LoopbackNode.Getattr(ctx, f, out)
}

// Fsync implements fs.NodeFsyncer, for folders: their names last already.
func (n *node) Fsync(_ context.Context, f fs.FileHandle, _ uint32) syscall.Errno {
	if _, ok := f.(*file); ok {
		return n.d.sync(n.at())
	}
	if n.d.dead() {
		return syscall.EIO
	}
	return 0
}

func (d *Disk) dead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.off
}

func (d *Disk) lies() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.fault == Flip
}

func (d *Disk) cut(path string, size int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pending[path] = append(d.pending[path], change{off: size})
}

type file struct {
	fs.FileHandle
	n *node
}

// Write implements fs.FileWriter.
func (f *file) Write(ctx context.Context, data []byte, off int64) (uint32, syscall.Errno) {
	d, path := f.n.d, f.n.at()
	d.mu.Lock()
	defer d.mu.Unlock()
	keep, errno := d.write(len(data))
	if keep > 0 {
		n, err := f.FileHandle.(fs.FileWriter).Write(ctx, data[:keep], off)
		if err != 0 {
			return n, err
		}
		d.pending[path] = append(d.pending[path], change{off, append([]byte{}, data[:keep]...)})
	}
	return uint32(keep), errno
}

// Read implements fs.FileReader.
func (f *file) Read(ctx context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	d := f.n.d
	d.mu.Lock()
	flip := false
	if d.fault == Flip && !strings.HasSuffix(f.n.at(), "-shm") {
		d.after--
		flip = d.after <= 0 && rand.IntN(20) == 0
	}
	d.mu.Unlock()
	r, errno := f.FileHandle.(fs.FileReader).Read(ctx, dest, off)
	if errno != 0 || !flip {
		return r, errno
	}
	b, status := r.Bytes(dest)
	r.Done()
	if status != fuse.OK || len(b) == 0 {
		return fuse.ReadResultData(b), fs.ToErrno(syscall.Errno(status))
	}
	b = append([]byte{}, b...)
	b[rand.IntN(len(b))] ^= 1 << rand.IntN(8)
	d.mu.Lock()
	d.flips++
	d.mu.Unlock()
	return fuse.ReadResultData(b), 0
}

// Flush implements fs.FileFlusher.
func (f *file) Flush(ctx context.Context) syscall.Errno {
	return f.FileHandle.(fs.FileFlusher).Flush(ctx)
}

// Release implements fs.FileReleaser.
func (f *file) Release(ctx context.Context) syscall.Errno {
	return f.FileHandle.(fs.FileReleaser).Release(ctx)
}

// Fsync implements fs.FileFsyncer.
func (f *file) Fsync(context.Context, uint32) syscall.Errno { return f.n.d.sync(f.n.at()) }
