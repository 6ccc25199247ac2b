package operator

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/server"
)

const (
	// Grace is how long a call may go on when the registrar stops.
	Grace = 5 * time.Second

	connections = 64
	headerBytes = 8 << 10
	maxBody     = 64 << 10

	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	answerTimeout = time.Minute
	idleTimeout   = 10 * time.Second
)

// Port is what [server.Start] serves the socket with, but for its listener.
func Port(handler http.Handler) server.Config {
	return server.Config{
		Handler: handler, Name: "operator",
		Limits:   server.Limits{Connections: connections, ConnectionsPerPeer: connections, HeaderBytes: headerBytes},
		Timeouts: server.Timeouts{Header: headerTimeout, Body: bodyTimeout, Write: answerTimeout, Answer: answerTimeout, Idle: idleTimeout},
	}
}

// handler carries out what the operator asks.
type handler struct {
	registry *registrar.Registrar
	recorder registrar.Recorder
	log      *slog.Logger
}

// NewHandler returns what carries out calls. Each that changes something is recorded,
// and what was decided is logged, wherever records go.
func NewHandler(registry *registrar.Registrar, recorder registrar.Recorder, log *slog.Logger) http.Handler {
	h := &handler{registry, recorder, log}
	routes := map[string]http.HandlerFunc{
		pathTokenCreate: answer(h, "token_create", h.createToken),
		pathTokenList:   answer(h, "", h.tokens),
		pathTokenRevoke: answer(h, "token_revoke", h.revokeToken),
		pathPending:     answer(h, "", h.pending),
		pathApprove:     answer(h, "approve", h.approve),
		pathDeny:        answer(h, "deny", h.deny),
		pathRevoke:      answer(h, "revoke", h.revoke),
		pathRestore:     answer(h, "restore", h.restore),
		pathGrant:       answer(h, "grant", h.grant),
		pathClients:     answer(h, "", h.clients),
		pathShow:        answer(h, "", h.show),
		pathNewEpoch:    answer(h, "new_epoch", h.newEpoch),
		pathProspects:   answer(h, "", h.prospects),
		pathImport:      answer(h, "import", h.importOne),
		pathEndSecret:   answer(h, "secret_end", h.endSecret),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route, ok := routes[r.URL.Path]
		if !ok || r.Method != http.MethodPost {
			reply(w, http.StatusNotFound, Fault{"not_found", "the registrar knows no such call: its program and the command are of different versions"})
			return
		}
		route(w, r)
	})
}

// answer makes a call of a function. One with a name changes something.
func answer[Q, A any](h *handler, name string, call func(context.Context, Q) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q Q
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&q); err != nil {
			reply(w, http.StatusBadRequest, Fault{"request_malformed", "the call is malformed: " + err.Error()})
			return
		}
		a, err := call(r.Context(), q)
		h.record(r, name, q, err)
		if name != "" && err == nil {
			h.log.LogAttrs(r.Context(), slog.LevelInfo, "the operator decided", decided(name, r.RemoteAddr, q, a)...)
		}
		if err != nil {
			status, fault := faultOf(err)
			reply(w, status, fault)
			return
		}
		reply(w, http.StatusOK, a)
	}
}

// record tells of a change, or of one that was refused.
func (h *handler) record(r *http.Request, name string, q any, err error) {
	if name == "" {
		return
	}
	e := audit.Event{Decision: audit.Admitted, Gate: "operator", Method: name, Remote: r.RemoteAddr, Cause: err}
	if of, ok := q.(about); ok {
		e.DID = of.DID
	}
	if err != nil {
		_, fault := faultOf(err)
		e.Decision, e.Reason = audit.Refused, fault.Reason
	}
	h.recorder.Record(r.Context(), e)
}

func reply(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // unreachable: texts, times and numbers
		status, body = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the command is gone if this fails
}

// errTokenUnknown: there is no enrolment token with that id.
var errTokenUnknown = errors.New("there is no enrolment token with that id")

// faults are the words for errors; the first match counts.
var faults = []struct {
	err    error
	status int
	reason string
}{
	{did.ErrMalformed, http.StatusBadRequest, string(refusal.DIDMalformed)},
	{registrar.ErrTokenRequest, http.StatusBadRequest, "request_malformed"},
	{registrar.ErrOwn, http.StatusConflict, "own_did"},
	{registrar.ErrScopes, http.StatusBadRequest, "scopes_malformed"},
	{registrar.ErrUnknown, http.StatusNotFound, "client_unknown"},
	{registrar.ErrNotPending, http.StatusNotFound, "not_pending"},
	{registrar.ErrNotRevoked, http.StatusConflict, "not_revoked"},
	{registrar.ErrNoSecret, http.StatusConflict, "not_registered"},
	{registrar.ErrNotMoved, http.StatusConflict, "not_moved"},
	{registrar.ErrNoClient, http.StatusNotFound, "client_unknown"},
	{registrar.ErrNotAgent, http.StatusConflict, "no_agent"},
	{registrar.ErrOtherKey, http.StatusConflict, "key_differs"},
	{registrar.ErrBound, http.StatusConflict, "did_bound"},
	{errTokenUnknown, http.StatusNotFound, "token_unknown"},
	{registrar.ErrStorage, http.StatusServiceUnavailable, string(refusal.StorageUnavailable)},
}

func faultOf(err error) (status int, f Fault) {
	if refused, ok := errors.AsType[*registrar.Refusal](err); ok {
		return http.StatusConflict, Fault{string(refused.Word), err.Error()}
	}
	for _, known := range faults {
		if errors.Is(err, known.err) {
			return known.status, Fault{known.reason, err.Error()}
		}
	}
	return http.StatusInternalServerError, Fault{"internal", err.Error()}
}
