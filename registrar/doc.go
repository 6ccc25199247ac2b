// Package registrar registers agents at the authorization server, and is the only
// one that may: who holds the admin API of the authorization server can give itself
// the secret, key and certificate of any agent.
//
// An agent proves with each request that it has the key of its DID. The registrar
// writes the whole client document itself; what it decides by stands in its own
// database, of which the authorization server's documents are a copy.
//
// # A change
//
// [Registrar.Register] and [Registrar.Revoke] change a client in three steps: a
// transaction that decides and stores an [Intent], the writes to the authorization
// server, which are read back, and a transaction that stores what they came to and
// deletes the intent. The intent is leased to who makes the change, so that nobody
// else writes that client meanwhile, and no transaction waits for the network. What
// its holder left, [Registrar.Finish] of any replica settles.
package registrar
