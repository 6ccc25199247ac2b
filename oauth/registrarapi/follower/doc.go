// Package follower keeps an agent told of revocations: it follows, at the registrar, the
// DIDs that the agent deals with, and has forgotten what is kept of one that was revoked.
//
// What it learns only ever takes away: a DID is refused that was let in, a verdict or a
// key is asked for again that would have been used. Where nothing is heard for
// [revocation.Silence], all that is kept is forgotten once, and things are as they are
// without a stream.
package follower
