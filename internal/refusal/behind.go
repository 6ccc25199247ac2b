package refusal

import "net/http"

// behindGates is what is said of the words that no gate has.
var behindGates = map[Word]row{
	DIDNotFound: {http.StatusNotFound, request, "Not Found", "This agent resolves its own DID only."},

	// Faults in what a proved caller sent: 200, as JSON-RPC over HTTP has it.
	JSONTrailing:     {http.StatusOK, parseError, "the request body has data after the request object", "Send one JSON object and nothing after it."},
	BatchUnsupported: {http.StatusOK, invalidRequest, "batch requests are not supported", "Send each request by itself."},
	RequestNotObject: {http.StatusOK, invalidRequest, "the request is not a JSON object", "Send a JSON-RPC 2.0 request object."},
	JSONRPCVersion:   {http.StatusOK, invalidRequest, `the member "jsonrpc" must be "2.0"`, `Send "jsonrpc": "2.0", spelt exactly so.`},
	MethodMissing:    {http.StatusOK, invalidRequest, `the member "method" must be a non-empty string`, "Name the method in lower and upper case as the specification does."},
	ParamsMalformed:  {http.StatusOK, invalidRequest, `the member "params" must be an object`, "Send parameters by name."},
	IDMalformed:      {http.StatusOK, invalidRequest, `the member "id" must be a string or an integer within ±2^53`, "Use a string, for example a UUID."},
	Notification:     {http.StatusOK, invalidRequest, `notifications are not supported: send a member "id"`, "Add an id: every method of A2A has a response."},

	NegotiationInvalid: {http.StatusBadRequest, invalidParams, "negotiation refused", `Send {"task_summary":"…"}; docs/wire-format.md lists the other members and their types.`},

	QuotaExceeded:      {http.StatusTooManyRequests, limit, "quota exceeded", "wait until a task of yours has ended, or ask the operator of this agent for more"},
	Overloaded:         {http.StatusServiceUnavailable, unavailable, "overloaded", "try again later"},
	AuthExpired:        {http.StatusUnauthorized, invalidToken, "the caller is not proved any more", "prove the caller anew, and go on behind the last event with SubscribeToTask (0.3: tasks/resubscribe) and Last-Event-ID; the task runs on"},
	ShuttingDown:       {http.StatusServiceUnavailable, unavailable, "shutting down", "try again later"},
	StorageUnavailable: {http.StatusServiceUnavailable, unavailable, "storage unavailable", "try again after Retry-After; the operator of this agent must look at its storage"},

	SessionUnknown:      {http.StatusNotFound, request, "no such session", "Begin a session with initialize. It is its caller's alone, and ends when nobody uses it for a while or its server forgets it."},
	UpstreamUnavailable: {http.StatusServiceUnavailable, unavailable, "the server behind this agent does not answer", "Try again after Retry-After; the operator of this agent has to start it."},
	UpstreamTimeout:     {http.StatusGatewayTimeout, unavailable, "the server behind this agent was silent for too long", "What was called may go on. Ask for less, or its operator for more time."},
	UpstreamAnswer:      {http.StatusBadGateway, unavailable, "the server behind this agent answered what is no answer of MCP", "The operator of this agent finds more in its log under the request id."},
	UpstreamRefused:     {http.StatusBadGateway, unavailable, "the server behind this agent refused the request", "The operator of this agent finds the status in its log under the request id."},
	UpstreamTooLarge:    {http.StatusBadGateway, limit, "the server behind this agent answered more than this agent hands on", "Ask for less at once."},
	// Mostly nobody reads this: the caller has gone.
	RequestEnded: {http.StatusServiceUnavailable, unavailable, "request ended early", "try again"},
}

const oneObject = "Send one JSON object."

// elsewhere is what is said of a word in a place that says it in its own way.
// Messages of documents are those of the status.
var elsewhere = map[Place]map[Word]row{
	Envelope: {
		BodyNotUTF8:      {http.StatusOK, parseError, "the request body is not valid UTF-8", "Send JSON in UTF-8."},
		JSONMalformed:    {http.StatusOK, parseError, "the request body is not valid JSON", "Send one JSON object (RFC 8259), without a byte order mark."},
		JSONDuplicateKey: {http.StatusOK, parseError, "an object in the request body has two members of the same name", "Each name may stand once in an object."},
		JSONTooDeep:      {http.StatusOK, parseError, "the request body is nested too deeply", "Send flatter JSON."},
		Internal:         {http.StatusInternalServerError, internalError, "internal error", ""},
	},
	// HTTP+JSON says by its status what JSON-RPC says in its error (A2A 1.0 section 11.6).
	Parameters: {
		BodyNotUTF8:      {http.StatusBadRequest, parseError, "the request body is not valid UTF-8", "Send JSON in UTF-8."},
		JSONMalformed:    {http.StatusBadRequest, parseError, "the request body is not valid JSON", "Send one JSON object (RFC 8259), without a byte order mark, or no body."},
		JSONDuplicateKey: {http.StatusBadRequest, parseError, "an object in the request body has two members of the same name", "Each name may stand once in an object."},
		JSONTooDeep:      {http.StatusBadRequest, parseError, "the request body is nested too deeply", "Send flatter JSON."},
		JSONTrailing:     {http.StatusBadRequest, parseError, "the request body has data after its object", "Send one JSON object and nothing after it."},
		RequestNotObject: {http.StatusBadRequest, invalidRequest, "the request body is not a JSON object", oneObject},
	},
	MCP: {
		BodyNotUTF8:      {http.StatusBadRequest, parseError, "the request body is not valid UTF-8", "Send JSON in UTF-8."},
		JSONMalformed:    {http.StatusBadRequest, parseError, "the request body is not valid JSON", "Send one JSON object (RFC 8259), without a byte order mark."},
		JSONDuplicateKey: {http.StatusBadRequest, parseError, "an object in the request body has two members of the same name", "Each name may stand once in an object."},
		JSONTooDeep:      {http.StatusBadRequest, parseError, "the request body is nested too deeply", "Send flatter JSON."},
		JSONTrailing:     {http.StatusBadRequest, parseError, "the request body has data after the message", "Send one JSON object and nothing after it."},
		BatchUnsupported: {http.StatusBadRequest, invalidRequest, "batches are not supported", "Send each message by itself, as MCP does since 2025-06-18."},
		RequestNotObject: {http.StatusBadRequest, invalidRequest, "the message is not a JSON object", "Send a message of JSON-RPC 2.0."},
		JSONRPCVersion:   {http.StatusBadRequest, invalidRequest, `the member "jsonrpc" must be "2.0"`, `Send "jsonrpc": "2.0", spelt exactly so.`},
		MethodMissing:    {http.StatusBadRequest, invalidRequest, "the message is neither a request, nor a notification, nor a response", `Send a "method" that is a text or, to answer the server, its "id" and either "result" or "error".`},
		ParamsMalformed:  {http.StatusBadRequest, invalidParams, `the member "params" is not what the method needs`, "Send parameters by name."},
		IDMalformed:      {http.StatusBadRequest, invalidRequest, `the member "id" must be a string or an integer within ±2^53`, "Use a string, for example a UUID."},
		QuotaExceeded:    {http.StatusTooManyRequests, limit, "too many sessions", "End a session with DELETE, or wait until one that is in use has its answers."},
		AuthExpired:      {http.StatusUnauthorized, invalidToken, "the caller is not proved any more", "Prove the caller anew. What was called may have been done."},
		AuthMissing:      {http.StatusUnauthorized, authRequired, "authentication required", ""},
	},
	Documents: {
		ContentEncoding:  {http.StatusUnsupportedMediaType, request, "", "Send the body without Content-Encoding."},
		NotFound:         {http.StatusNotFound, request, "", "No such path."},
		DIDMalformed:     {http.StatusBadRequest, invalidParams, "", `Give one DID, as ?did= or in {"did":…}.`},
		BodyNotUTF8:      {http.StatusBadRequest, parseError, "", oneObject},
		JSONMalformed:    {http.StatusBadRequest, parseError, "", oneObject},
		JSONDuplicateKey: {http.StatusBadRequest, parseError, "", oneObject},
		JSONTooDeep:      {http.StatusBadRequest, parseError, "", oneObject},
		JSONNumber:       {http.StatusBadRequest, parseError, "", oneObject},
	},
	Negotiation: {
		JSONMalformed: {http.StatusBadRequest, parseError, "negotiation refused", "Send one JSON object with each member once."},
		Internal:      {http.StatusInternalServerError, internalError, "negotiation refused", "The task cannot be assessed."},
	},
	Tasks: {
		MethodNotAllowed: {http.StatusMethodNotAllowed, request, "Method Not Allowed", "Use POST."},
		RateLimited:      {http.StatusTooManyRequests, limit, "too many answers are unread", "read the answers that were asked for, and ask for smaller pages"},
		// Neither is for callers to mend: no gate let a request come without a caller.
		AuthMissing: {http.StatusUnauthorized, authRequired, "authentication required", ""},
		Internal:    {http.StatusInternalServerError, internalError, "internal error", ""},
	},
}
