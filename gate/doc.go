// Package gate proves who sent a request, and is the only place that refuses one.
//
// A [Chain] takes every request of the listener. Public paths are answered at
// once; everything else must pass, in this order: size and shape, route, token
// syntax, token, certificate, signature headers, agreement, timestamp, body,
// signature, limits per caller, replay, strict JSON and scope. A gate never
// runs when an earlier one refused.
//
// What passes reaches the protected handler with an [identity.Caller] in its
// context and, as its body, exactly the bytes that were verified.
package gate
