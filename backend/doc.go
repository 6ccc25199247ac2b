// Package backend holds the executors that answer messages: what an agent is
// behind its protocol. [Echo] answers with the text it was sent, [Exec] with
// what a command writes.
package backend
