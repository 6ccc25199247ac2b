// Package agent boots an agent in order, owns every goroutine it starts, and
// stops it in the reverse order.
//
// [Agent.Run] takes the directory, the key and the name, brings the Hydra
// client into the wanted state, obtains a certificate, arms the gates, listens,
// and renews until its context ends. boot.go reads from top to bottom; each step
// takes what the ones before it returned. A program gives it what is its own in
// [Options]; docs/library.md shows it whole.
package agent
