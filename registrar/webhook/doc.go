// Package webhook answers step-ca, which asks at [Path] before it issues a
// certificate (an AUTHORIZING webhook of its provisioner). With that, what a
// certificate says does not follow from what the authorization server says: who
// takes a token in the name of an agent lacks the agent's announcement of the key.
//
// A certificate is allowed for a DID that is registered and not revoked, whose TLS
// key was announced a moment ago by the key of the DID ([Registry]); for a DID of
// the operator's list, which need not announce; and for the registrar's own DID
// with a key that the registrar itself announced, which no request from outside can
// do. Everything else is refused, doubts included.
//
// # Who asks
//
// step-ca signs its requests with a secret that cannot stand in ca.json, which
// leaves an HMAC that everybody can make; and it presents, as a client, the
// certificate that it presents as a server. So the caller has to be whom an agent
// would take for the CA: a certificate for the CA's host name, of the pinned root.
// Who has that from this CA can issue certificates without asking.
//
// # What step-ca makes of an answer
//
// It takes `"allow": true`, however spelt, of any answer below 400, and follows
// redirects, to plain HTTP too; all else is a refusal, after one more attempt a
// second later where there was no answer or one of 500 and above. Both attempts
// have ten seconds together. Agents are told 403 and no reason, which stands in
// the log of step-ca and in ours. Renewing a certificate asks nobody: the
// provisioner must have disableRenewal (package sidedoor checks that).
package webhook
