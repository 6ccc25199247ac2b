package skill

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// NegotiationPath is where a caller asks whether a task fits.
const NegotiationPath = "/agent/negotiation"

// maxQuestionBytes bounds what a stranger may have us compare.
const maxQuestionBytes = 4 << 10

// Negotiation answers POST at [NegotiationPath].
func (s *Set) Negotiation() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		task, refused := question(w, r)
		if refused == nil {
			body, err := json.Marshal(s.Assess(task))
			if err == nil {
				header := w.Header()
				header.Set("Content-Type", "application/json")
				header.Set("Cache-Control", "no-store")
				header.Set("X-Content-Type-Options", "nosniff")
				_, _ = w.Write(body) // the caller is gone if this fails
				return
			}
			refused = &refusal{http.StatusInternalServerError, jsonrpc.CodeInternalError, "internal", "The task cannot be assessed."}
		}
		refused.write(w, r)
	})
}

// refusal is why a question has no answer.
type refusal struct {
	status       int
	code         int
	reason, hint string
}

func (f refusal) write(w http.ResponseWriter, r *http.Request) {
	jsonrpc.WriteError(w, r, f.status, nil, jsonrpc.Error{
		Code: f.code, Message: "negotiation refused", Data: jsonrpc.Data{Reason: f.reason, Hint: f.hint},
	})
}

func question(w http.ResponseWriter, r *http.Request) (Task, *refusal) {
	if r.Header.Get("Content-Encoding") != "" {
		return Task{}, &refusal{http.StatusUnsupportedMediaType, jsonrpc.CodeInvalidRequest, "content_encoding", "Send the body without Content-Encoding."}
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, given := params["charset"]
	if err != nil || kind != "application/json" || (given && !strings.EqualFold(charset, "utf-8")) {
		return Task{}, &refusal{http.StatusUnsupportedMediaType, jsonrpc.CodeInvalidRequest, "content_type", "Send Content-Type: application/json in UTF-8."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxQuestionBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return Task{}, &refusal{http.StatusRequestEntityTooLarge, jsonrpc.CodeInvalidRequest, "payload_too_large", "Summarise the task: the whole question may have 4 KiB."}
	}
	if err != nil {
		return Task{}, &refusal{http.StatusBadRequest, jsonrpc.CodeParseError, "json_malformed", "Send the whole body."}
	}
	return parseQuestion(body)
}

// asked is a question as it is written. Members that are not here are ignored,
// those that are null are as if they were not there.
type asked struct {
	Summary        string         `json:"task_summary"`
	Details        string         `json:"task_details"`
	InputTypes     []string       `json:"input_mime_types"`
	OutputTypes    []string       `json:"output_mime_types"`
	RequiredTools  []string       `json:"required_tools"`
	ForbiddenTools []string       `json:"forbidden_tools"`
	MaxLatencyMS   *float64       `json:"max_latency_ms"`
	MaxCost        jsontext.Value `json:"max_cost_amount"`
	MinScore       float64        `json:"min_score"`
	Weights        *weights       `json:"weights"`
}

type weights struct {
	SkillMatch      *float64 `json:"skill_match"`
	IOCompatibility *float64 `json:"io_compatibility"`
	Performance     *float64 `json:"performance"`
	Load            *float64 `json:"load"`
	Cost            *float64 `json:"cost"`
}

// parseQuestion reads a body of at most maxQuestionBytes.
func parseQuestion(body []byte) (Task, *refusal) {
	var a asked
	if err := jsonv2.Unmarshal(body, &a); err != nil {
		if _, syntax := errors.AsType[*jsontext.SyntacticError](err); syntax || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return Task{}, &refusal{http.StatusBadRequest, jsonrpc.CodeParseError, "json_malformed", "Send one JSON object with each member once."}
		}
		return Task{}, invalid(`Send {"task_summary":"…"}; docs/wire-format.md lists the other members and their types.`)
	}
	return a.task()
}

func invalid(hint string) *refusal {
	return &refusal{http.StatusBadRequest, jsonrpc.CodeInvalidParams, "negotiation_invalid", hint}
}
