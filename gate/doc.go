// Package gate proves who sent a request, and is the only place that refuses one.
//
// A [Chain] takes every request of the listener. Public paths are answered at
// once; everything else must pass, in this order: size and shape, route, token
// syntax, token, certificate, signature headers, agreement, limits per caller,
// what the policy says of the caller alone, timestamp, body, signature, the
// earlier proofs again, replay, strict JSON, scope and policy. A gate never runs
// when an earlier one refused. The caller pays before anything is computed for
// it, and what it proved is true when its request is served, not only when it
// began.
//
// What passes reaches the protected handler with an [identity.Caller] in its
// context and, as its body, exactly the bytes that were verified.
package gate
