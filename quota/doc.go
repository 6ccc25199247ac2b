// Package quota counts what each caller uses of what it may use: requests begun,
// in progress and of a day, and the bytes that they hold.
//
// Who counts says with each request what the limits are, so that one [Counter]
// serves callers with limits of their own, and limits that change. All checks
// come before anything is taken: a refusal costs its caller nothing. Counts live
// in this process and begin anew when it restarts.
//
// Memory is bounded: 65,536 shares are counted at once, and of one name those at 64
// addresses apart. A share is forgotten when a new one would be worth the same, so
// that nobody gains by being forgotten, and nobody by making others come.
//
// It is not for what lasts (tasks and bytes of an owner stand in the tables of task,
// signatures in gate/replay: there the count has to agree with what is stored) nor
// for what owners wait for in turn (internal/turns, internal/answers): here who finds
// no room is refused at once.
package quota
