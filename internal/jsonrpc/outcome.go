package jsonrpc

// Outcome is what a handler made of one request: it is filled in while the
// request is answered, however long that takes, and read when the handler has
// returned. It belongs to one request and may not be used concurrently.
type Outcome struct {
	// RequestID is the id under which the decision will be logged.
	RequestID string
	// Gate names the check that refused the request, "" when it was carried out.
	Gate string
	// Reason is the word of the refusal, or of the protocol's error with which a
	// request that was carried out ended; "" when it has a result.
	Reason string
	// Cause is for our log only.
	Cause error
}

// handlerGate names a check that has no name of its own.
const handlerGate = "handler"

// refuse notes that the request was refused, and completes what the caller is
// told about that.
func (o *Outcome) refuse(d *Data) {
	if d.Gate == "" && o.RequestID != "" {
		d.Gate = handlerGate
	}
	if d.RequestID == "" {
		d.RequestID = o.RequestID
	}
	o.Gate, o.Reason = d.Gate, d.Reason
}
