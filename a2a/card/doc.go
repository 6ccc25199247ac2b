// Package card is the public description of an agent, by which peers find it:
// one document that clients of A2A 1.0 and of 0.3 both read, and one of 0.3 with
// the members of the Python reference agent. It makes cards, serves them, and
// reads those of others.
package card
