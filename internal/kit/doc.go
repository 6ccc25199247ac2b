// Command kit serves an agent as the official test kits of A2A want one, and a plain
// port through which they reach it: they know nothing of certificates, tokens and
// signatures, so that port adds those of a second agent.
//
// It takes the settings of agent serve from the environment. docs/testing.md says how to
// run the kits with it.
package main
