// Package daemon is the registrar as a process: it boots in order, owns every
// goroutine, and stops in order. What it decides by is in package registrar, what
// its operator asks in registrar/operator.
package daemon
