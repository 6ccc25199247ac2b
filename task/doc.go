// Package task keeps the durable life of A2A tasks, each scoped to its owner.
//
// [Service] implements the request handler that the A2A transports call. It
// reads who is calling from the context ([identity.CallerFromContext]) and
// scopes every read and write to that caller: a task of somebody else and a
// task that never existed give the same answer.
//
// A task is its events, numbered in one sequence that whoever waits reads; see
// [Event] and [Store]. A run of the executor holds its task by a lease and a fencing
// number: what it writes after it lost the task is refused.
//
// A message is stored before its sender is answered, with the answer itself where that is
// known at once and may be given twice (see [Repeatable]). The executor runs on a
// bounded pool, and the task ends in exactly one terminal state, decided by a
// compare-and-set in the [Store]. Tasks survive a crash; what was running then
// is failed with a reason by [Service.Recover].
package task
