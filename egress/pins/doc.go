// Package pins remembers who was met first at the address of each peer, so that another
// agent there, or the same one with another key, is noticed. Each address has a file of
// its own in a directory of the agent's: an operator's command may delete one while the
// agent serves, and it counts at the next look.
package pins
