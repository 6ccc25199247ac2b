package refusal

import "net/http"

// atEgress is what is said to programs of this machine that call other agents through us.
var atEgress = map[Word]row{
	OriginRefused:    {http.StatusForbidden, request, "Requests of web pages are not passed on", "Call from a program that sends no Origin header: a page in a browser must not call as this agent."},
	HostRefused:      {http.StatusMisdirectedRequest, request, "This is not the host that was asked for", "Ask for 127.0.0.1 or localhost with the port, or use the port as an HTTP proxy."},
	ConnectRefused:   {http.StatusMethodNotAllowed, request, "No tunnels: nothing could be proved inside one", "Ask for http:// in place of https:// through this proxy: it speaks TLS with the peer itself."},
	SecretRequired:   {http.StatusUnauthorized, authRequired, "The secret of this port is missing or wrong", "Send Authorization: Bearer SECRET or X-Egress-Secret: SECRET; it is in egress.secret in the agent's directory."},
	ProxySecret:      {http.StatusProxyAuthRequired, authRequired, "The secret of this port is missing or wrong", "Send Proxy-Authorization: Bearer SECRET, or make it the password of the proxy's URL; it is in egress.secret in the agent's directory."},
	PathMalformed:    {http.StatusBadRequest, request, "The address is not one that is passed on", "Ask for /peer/NAME/ and a path without empty or dotted segments, or for http://HOST:PORT/ of a peer through this port as a proxy."},
	PeerUnlisted:     {http.StatusForbidden, permissions, "No such peer is listed", "The operator of this agent lists whom it may call in its peers file."},
	PeerChanged:      {http.StatusBadGateway, mismatch, "The peer is not the one that was seen there before", "Ask its operator. If the change was meant, `agent egress forget` makes the next call see it anew, or its DID belongs into the peers file."},
	PeerKeyMismatch:  {http.StatusBadGateway, mismatch, "The peer does not prove the key that is listed for it", "Ask its operator for its public key, and correct the peers file if that changed."},
	PeerMismatch:     {http.StatusBadGateway, mismatch, "Another agent than the listed one answers there", "Nothing was sent. Compare the address with the DID in the peers file, and ask the agent's operator if both seem right."},
	PeerCertificate:  {http.StatusBadGateway, certificate, "The peer's certificate is refused", "Nothing was sent. The peer needs a certificate of the same authority that names its DID."},
	CardMismatch:     {http.StatusBadGateway, mismatch, "The peer's card names another agent", "Nothing was sent. Its operator has to make card and certificate name the same DID."},
	CardSignature:    {http.StatusBadGateway, signature, "The peer's card is not as the peer signed it", "Nothing was sent. Whatever stands between may have changed the card, or the peer has another key than the one known for it."},
	CardKey:          {http.StatusBadGateway, unavailable, "No word on the key of the peer's card", "Nothing was sent. The peer has to answer for its DID document, or the authority that knows its key is away."},
	CardInvalid:      {http.StatusBadGateway, request, "The peer has no card that can be used", "Nothing was sent. Look at /.well-known/agent-card.json of the peer."},
	BindingUnknown:   {http.StatusBadGateway, request, "The peer is not spoken to like this", "Nothing was sent. Its card says which bindings it has; those beside JSON-RPC need A2A 1.0 and the signature scheme octets-1."},
	AnswerUnsigned:   {http.StatusBadGateway, signature, "The peer did not sign its answer", "Its card says that it does, and whatever stands between may have taken the signature away. What was asked may have been done."},
	AnswerSignature:  {http.StatusBadGateway, signature, "The peer's answer is not as the peer signed it", "Whatever stands between may have changed it, or the peer has another key than the one known for it. What was asked may have been done."},
	AnswerCut:        {http.StatusBadGateway, unavailable, "The peer's answer broke off", "What was asked may go on: ask for the task, or subscribe to it."},
	Redirected:       {http.StatusBadGateway, request, "The peer redirects, which is not followed", "List the address that the redirect names, if you trust it."},
	HandshakeRefused: {http.StatusBadGateway, certificate, "The peer refused our certificate", "Its log says why; both sides need the same certificate authority."},
	PeerTimeout:      {http.StatusGatewayTimeout, unavailable, "The peer did not answer in time", "The peer may be busy or blocked by a firewall. What was asked may go on."},
	PeerUnreachable:  {http.StatusBadGateway, unavailable, "The peer cannot be reached", "Check its address, and that it runs."},
	ReplyMalformed:   {http.StatusBadGateway, request, "The peer's answer is malformed", "The peer does not speak A2A at this address, or has a fault."},
	ReplyTooLarge:    {http.StatusBadGateway, limit, "The peer's answer is too large", "Ask for less at once, such as a smaller page."},
	OwnTokenMissing:  {http.StatusServiceUnavailable, unavailable, "This agent has no token for the call", "Try again later; its operator finds the cause in its log under the request id."},
	PinsUnavailable:  {http.StatusServiceUnavailable, unavailable, "What was seen of peers before cannot be read or kept", "The operator of this agent must look at its directory."},
}
