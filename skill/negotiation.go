package skill

import (
	"encoding/json"
	"errors"
	"net/http"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
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
			body, err := json.Marshal(s.assess(task))
			if err == nil {
				header := w.Header()
				header.Set("Content-Type", "application/json")
				header.Set("Cache-Control", "no-store")
				header.Set("X-Content-Type-Options", "nosniff")
				_, _ = w.Write(body) // the caller is gone if this fails
				return
			}
			jsonrpc.OutcomeOf(r.Context()).Cause = err
			refused = &unanswered{word: refusal.Internal}
		}
		refused.write(w, r)
	})
}

// gateNegotiation names this endpoint where an answer or the log says who refused.
const gateNegotiation = "negotiation"

// unanswered is why a question has no answer.
type unanswered struct {
	word refusal.Word
	hint string             // instead of the word's own, if it is not empty
	body *jsonrpc.BodyFault // instead of both, if the body cannot be read
}

func (f unanswered) write(w http.ResponseWriter, r *http.Request) {
	if f.body != nil {
		f.body.Write(w, r, gateNegotiation)
		return
	}
	jsonrpc.Refuse(w, r, nil, f.word.At(refusal.Negotiation).WithHint(f.hint), gateNegotiation)
}

func question(w http.ResponseWriter, r *http.Request) (wanted, *unanswered) {
	body, fault := jsonrpc.ReadJSON(w, r, maxQuestionBytes)
	if fault != nil {
		if fault.Answer.Word() == refusal.PayloadTooLarge {
			fault.Answer = fault.Answer.WithHint("Summarise the task: the whole question may have 4 KiB.")
		}
		return wanted{}, &unanswered{body: fault}
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
func parseQuestion(body []byte) (wanted, *unanswered) {
	var a asked
	if err := jsonv2.Unmarshal(body, &a); err != nil {
		if found, ok := errors.AsType[*jsonv2.SemanticError](err); ok {
			return wanted{}, wrongType(string(found.JSONPointer))
		}
		return wanted{}, &unanswered{word: refusal.JSONMalformed}
	}
	return a.task()
}

func invalid(hint string) *unanswered {
	return &unanswered{word: refusal.NegotiationInvalid, hint: hint}
}
