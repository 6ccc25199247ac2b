// Package mtls keeps, renews and presents the certificates with which agents
// prove themselves to one another on the socket.
//
// A [Keeper] has one noun for a certificate's whole life: it takes the
// certificate from a [Store] or obtains it from an [Enroller], saves it, replaces
// it well before it expires, follows the roots of the CA, and goes on trying when
// it cannot. [DirStore] keeps key, certificate and roots in the agent's directory
// as one unit; package stepca is the CA's client. The Keeper's [Source] publishes
// the current identity to the TLS stack: every rotation replaces an immutable
// configuration behind an atomic pointer, so no connection is dropped and no
// restart is needed.
//
// # Names
//
// A certificate names its owner in exactly one URI subject alternative name of
// the form ISSUER#DID, where ISSUER is the OpenID issuer behind the CA.
// [PeerDID] reads it from the raw bytes of the extension. The common name and
// all other names are ignored, and there are no host names: a client pins the
// DID it dialled instead.
//
// # TLS 1.3 only
//
// Every peer speaks it: the Python reference through OpenSSL 1.1.1 or later,
// Node, Go. It encrypts the client's certificate and with it the DID, has no
// renegotiation, and gives every resumed session fresh keys. TLS 1.2 would
// bring back all three questions for no peer we know of. Older versions are
// refused with the alert protocol_version.
//
// # Why the standard verification stays on at the server
//
// crypto/tls chooses the alert of a refused client certificate (unknown_ca,
// certificate_expired, certificate_required) only on its own path; whatever
// VerifyPeerCertificate or VerifyConnection returns becomes bad_certificate.
// So the server lets crypto/tls verify the chain and adds in VerifyConnection,
// which runs on resumed sessions too, what it leaves out: an explicit
// clientAuth usage, no CA as a leaf, and the chain once more when a session is
// resumed. What crypto/tls would do for a hostile chain before anybody is asked
// (parse 256 KiB, check 100 signatures) is bounded by [Listener], which counts
// the bytes of a handshake.
package mtls
