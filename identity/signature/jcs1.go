package signature

import "github.com/getbindu/bindu-go/identity/did"

// JCS1 is RFC 8785 canonical JSON that also binds recipient, method, target and
// nonce.
const JCS1 Scheme = "jcs-1"

var jcs1 = &scheme{name: JCS1, binds: true, bodyInside: true, payload: jcsPayload, sign: (*did.KeyPair).SignRequest}

// boundBytes is about what a payload has beside the body and the target.
const boundBytes = 1400

// jcsPayload returns the RFC 8785 form of
//
//	{"aud", "body", "did", "method", "nonce", "target", "timestamp"}
//
// and the canonical body in it. The member names are sorted already and every
// string but the target holds only characters that need no escape, so only the
// body goes through the canonicaliser.
func jcsPayload(_ []byte, r Request) (payload, body []byte, err error) {
	if len(r.Body) == 0 {
		payload, _ = appendJCS(r, []byte("null"))
		return payload, nil, nil
	}
	err = did.UseCanonicalJSON(r.Body, func(canonical []byte) { payload, body = appendJCS(r, canonical) })
	return payload, body, err
}

// appendJCS returns the payload around a body, and the body in it: there is one
// copy, because a body may be large.
func appendJCS(r Request, value []byte) (payload, body []byte) {
	dst := make([]byte, 0, len(value)+len(r.Target)+boundBytes)
	dst = append(appendMember(append(dst, '{'), "aud", r.Audience.String()), `,"body":`...)
	from := len(dst)
	dst = append(dst, value...)
	body = dst[from:len(dst):len(dst)]
	dst = appendMember(dst, "did", r.DID.String())
	dst = appendMember(dst, "method", r.Method)
	dst = appendMember(dst, "nonce", r.Nonce)
	dst = appendMember(dst, "target", r.Target)
	return appendTimestamp(dst, r.Timestamp), body
}
