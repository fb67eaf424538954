package dbtest

import (
	"os/exec"
	"runtime"
)

// startOnOwnThread starts cmd from a thread that lives as long as the
// process: the kernel sends the parent-death signal when the starting thread,
// not the process, ends.
func startOnOwnThread(cmd *exec.Cmd) error {
	err := make(chan error)
	go func() {
		runtime.LockOSThread()
		err <- cmd.Start()
		_ = cmd.Wait()
		select {}
	}()
	return <-err
}
