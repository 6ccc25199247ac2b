package main

import (
	"syscall"
	"testing"
)

func TestHangupReloadsAndDoesNotEndTheProgram(t *testing.T) {
	reloaded := make(chan struct{})
	stop := onHangup(func() { reloaded <- struct{}{} })
	for range 2 {
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		<-reloaded
	}
	stop()
}
