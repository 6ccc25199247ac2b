// Package gobuild builds a program of this repository with the go command and is never silent about it.
package gobuild
