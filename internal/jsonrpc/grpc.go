package jsonrpc

import (
	"net/http"

	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// GRPCStatus is a status of gRPC, by the name of its code.
func GRPCStatus(name, message string, details []ErrorInfo) grpcframe.Status {
	s := grpcframe.Status{Code: grpcframe.CodeOf(name), Message: message}
	for _, d := range details {
		s.Details = append(s.Details, grpcframe.ErrorInfo{Reason: d.Reason, Domain: d.Domain, Metadata: d.Metadata.texts()})
	}
	return s
}

// texts are the members that have a value.
func (d Data) texts() map[string]string {
	all := map[string]string{"reason": d.Reason, "gate": d.Gate, "requestId": d.RequestID, "hint": d.Hint}
	for name, value := range all {
		if value == "" {
			delete(all, name)
		}
	}
	return all
}

// RefusalStatus is the status of [Refuse], for an answer that has begun already.
func RefusalStatus(r *http.Request, a refusal.Answer, gate string) grpcframe.Status {
	a = catalogued(a)
	e := errorOf(a, gate)
	OutcomeOf(r.Context()).refuse(&e.Data)
	return GRPCStatus(grpcName(a), e.Message, e.details())
}

// SendStatus answers a request of gRPC with a status and nothing else.
func SendStatus(w http.ResponseWriter, s grpcframe.Status) {
	h := w.Header()
	h.Set("Content-Type", grpcframe.ContentType)
	s.Set(h, "")
	w.WriteHeader(http.StatusOK)
}

// grpcNames are the codes of what gRPC has another one for than the status of HTTP says:
// a path that is not there is a method, and what is too large is of a resource.
var grpcNames = map[int]string{
	http.StatusNotFound:                "UNIMPLEMENTED",
	http.StatusUnsupportedMediaType:    "UNIMPLEMENTED",
	http.StatusHTTPVersionNotSupported: "UNIMPLEMENTED",
	http.StatusRequestEntityTooLarge:   "RESOURCE_EXHAUSTED",
}

func grpcName(a refusal.Answer) string {
	switch a.Word() {
	case refusal.MethodUnknown:
		return "UNIMPLEMENTED"
	case refusal.RequestEnded: // by the deadline of its caller, if anybody reads this
		return "DEADLINE_EXCEEDED"
	}
	if name, ok := grpcNames[a.Status()]; ok {
		return name
	}
	return statusName(a.Status())
}
