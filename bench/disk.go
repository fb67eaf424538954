package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// asDisk as the first argument makes this program the server of a slow disk: a
// process of its own, since SQLite maps files, and a process that waits for a
// page that it has to serve itself waits for ever.
const asDisk = "disk"

// slowDisk shows folder at point through a file system whose syncs take at
// least so long, until end: the disk of the machine itself often answers from a
// cache, and what one commit for many acts is worth can't be seen there. All that
// is measured lies on it alike. Root and /dev/fuse are needed.
func slowDisk(folder, point string, sync time.Duration) (end func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.Command(self, asDisk, folder, point, sync.String())
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	end = func() { _ = in.Close(); _ = c.Wait() }
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		end()
		return nil, fmt.Errorf("a disk with slow syncs: %w (root and /dev/fuse are needed)", err)
	}
	return end, nil
}

// serveDisk is the other process: it says a line when the disk is there, and
// takes it away when its input ends.
func serveDisk(folder, point, sync string) error {
	wait, err := time.ParseDuration(sync)
	if err != nil {
		return err
	}
	root := &fs.LoopbackRoot{Path: folder}
	root.NewNode = func(r *fs.LoopbackRoot, _ *fs.Inode, _ string, _ *syscall.Stat_t) fs.InodeEmbedder {
		return &node{fs.LoopbackNode{RootData: r}, wait}
	}
	top := &node{fs.LoopbackNode{RootData: root}, wait}
	root.RootNode = top
	s, err := fs.Mount(point, top, &fs.Options{MountOptions: fuse.MountOptions{DirectMount: true, FsName: "bench", Name: "bench"}})
	if err != nil {
		return err
	}
	fmt.Println("there")
	_, err = io.Copy(io.Discard, os.Stdin)
	if uerr := syscall.Unmount(point, syscall.MNT_DETACH); err == nil {
		err = uerr
	}
	s.Wait()
	return err
}

type node struct {
	fs.LoopbackNode
	wait time.Duration
}

var _ fs.NodeFsyncer = (*node)(nil)

// Fsync implements fs.NodeFsyncer.
func (n *node) Fsync(ctx context.Context, f fs.FileHandle, flags uint32) syscall.Errno {
	time.Sleep(n.wait)
	if s, ok := f.(fs.FileFsyncer); ok {
		return s.Fsync(ctx, flags)
	}
	return 0
}
