//go:build !linux

package main

import "errors"

// errNotHere: processor time and affinity are asked of Linux alone.
var errNotHere = errors.New("this is done on Linux only")

func allowedCores() ([]int, error) { return nil, errNotHere }

func pinned(_ []int, start func() error) error { return start() }

func processClock(int) (int64, error) { return 0, errNotHere }
