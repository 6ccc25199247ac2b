//go:build !linux

package backend

import "syscall"

// procAttr gives a command a group of its own.
func procAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
