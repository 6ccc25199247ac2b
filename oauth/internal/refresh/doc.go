// Package refresh is a bounded cache of answers that cost a request to an
// authority each. A hit waits for nothing: a value in use is loaded again in the
// background before it expires, at most so many at a time. First uses of a key
// share one load (golang.org/x/sync/singleflight), which ends with the cache and
// not with a caller, and gives nobody an answer that ended on its way. Errors are
// not kept, but for those that Config.Remember names.
//
// otter keeps the values; when they are refreshed and when they end is decided
// here, by the injected clock: its own expiry and loading know neither that
// clock, nor an age that counts from the question, nor an error after which
// nothing is known and the old value goes on.
package refresh
