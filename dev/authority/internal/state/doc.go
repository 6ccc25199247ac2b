// Package state keeps what must survive a restart of the authority: a private directory, its secrets, and the
// addresses that were handed out.
package state
