// Package push tells webhooks what happens to tasks.
//
// A [Sender] reads what a [task.Outbox] has for them: the events of a task behind the
// last one that was delivered. Each webhook gets them one at a time and in order, at least
// once, whatever process or machine fails in between. One that does not take an event is
// tried again, later each time, and given up after [MaxTries].
//
// Whoever makes a webhook chooses the address, and so it is called only where strangers
// may send this machine: [Networks] judges its text when it is made, and the address that
// its name has when it is called. Redirects are not followed, and no proxy is asked.
package push
