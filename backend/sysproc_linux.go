package backend

import "syscall"

// procAttr gives a command a group of its own, and has the kernel kill it when
// the thread that starts it ends: the caller keeps to one thread until it has
// waited for the command.
func procAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
