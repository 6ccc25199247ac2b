// Package replay remembers what opened the door, so that it opens it once.
//
// [Memory] remembers for one process. [Store] also remembers across kill -9, a
// restart and an upgrade, without a database and without waiting for the disk:
// a key is appended to a file with one write(2) before it is admitted, and what
// was written outlives the process because the kernel holds it. Only a machine
// that loses its memory loses such writes; that is recognised, and every
// request that could have been admitted before is then refused, see [Store].
//
// Memory is bounded by a number of keys. One owner can take 30 % of them, and
// less the fuller it is, so that a greedy one shuts nobody out and it takes
// thousands together; see share.go.
//
// Several processes of one agent share what they remember through a [Ledger], of which each
// has a [Shared].
package replay
