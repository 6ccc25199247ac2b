// Package revocation is what a registrar says on a stream of revocations: which of the
// DIDs that a follower named were revoked or restored, and how far that is all. Each
// message is signed, for one follower and one request of it.
package revocation
