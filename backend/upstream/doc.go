// Package upstream answers messages with what a plain A2A agent on this machine answers,
// which knows nothing of certificates, tokens and signatures. It may speak A2A 1.0 or 0.3,
// in JSON-RPC; which of the two, and whether it streams, its card says.
package upstream
