package child

import "syscall"

// attributes ties the life of the process to ours: if we are killed, the kernel kills it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
