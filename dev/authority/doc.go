// Command authority runs the two authorities that an agent answers to, on one machine and for development: the real
// Ory Hydra (OAuth 2.0, on SQLite) and the real step-ca (certificates, by an OIDC provisioner that trusts Hydra).
//
//	authority [flags]           both, until interrupted
//	authority hydra [flags]     Hydra alone
//	authority step-ca [flags]   step-ca alone
//	authority build [flags]     only build Hydra
//	authority wipe-hydra [flags]  forget every client, token and signing key of a stopped Hydra
//	authority wipe-step-ca [flags]  forget the certificates of a stopped step-ca; the next start makes a new root
//
// All of its state lies in one directory, so that a restart finds the same root, the same clients and the same
// addresses. authority.env in that directory holds the variables that an agent needs.
//
// SIGINT and SIGTERM stop it cleanly; a second one, or SIGQUIT, kills what still runs.
package main
