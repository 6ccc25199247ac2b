package main

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/protoform"
)

// ownParty is an agent whose DID is derived from its key.
func ownParty(t *testing.T, name string) (*did.KeyPair, evidence.Party) {
	t.Helper()
	k, err := did.KeyPairFromSeed(bytes.Repeat([]byte(name[:1]), 32))
	must(t, err)
	d, err := did.FromPublicKey("ada@example.com", name, k.PublicKey())
	must(t, err)
	return k, evidence.Party{DID: d, Key: k.PublicKey()}
}

// framed is a message of gRPC, made of what it is in JSON, in a frame.
func framed(t *testing.T, form *protoform.Type, object string) []byte {
	t.Helper()
	b, err := form.Append(grpcframe.Begin(nil), []byte(object))
	must(t, err)
	must(t, grpcframe.End(b))
	return b
}

// streamedCall is a record of a stream by gRPC, with its end or without it.
func streamedCall(t *testing.T, ended bool) evidence.Record {
	t.Helper()
	callerKey, caller := ownParty(t, "poet")
	agentKey, agent := ownParty(t, "critic")
	method, _ := protoform.MethodOf("SubscribeToTask")
	body := framed(t, method.Request, `{"id":"t-1"}`)
	sent := httptest.NewRequest("POST", protoform.Path("SubscribeToTask"), nil)
	h, err := signature.SignHeader(callerKey, signature.Octets1, signature.Request{
		DID: caller.DID, Timestamp: 1_767_225_600, Audience: agent.DID, Method: "POST", Target: sent.RequestURI,
		ContentType: "application/grpc", Nonce: "BBECAwQFBgcICQoLDA0ODw", Body: body,
	}, nil)
	must(t, err)
	maps.Copy(sent.Header, h)
	sent.Header.Set("Content-Type", "application/grpc")
	b, err := signature.BindingOf(h, agent.DID)
	must(t, err)
	resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/grpc"}}, Trailer: http.Header{"Grpc-Status": {"14"}, "Grpc-Message": {"gone"}}}
	signer := signature.NewEventSigner(agentKey, b)
	signer.Announce(resp.Header)
	message := framed(t, method.Response, `{"task":{"id":"t-1","contextId":"c","status":{"state":"TASK_STATE_WORKING"}}}`)[grpcframe.HeaderBytes:]
	field, err := signer.AppendField(nil, message, 1_767_225_601)
	must(t, err)
	frame, err := grpcframe.AppendHead(nil, len(message)+len(field))
	must(t, err)
	frame = append(append(frame, message...), field...)
	must(t, signer.SignEnd(resp.Trailer, signature.GRPCStatus{Code: 14, Message: "gone"}, 1_767_225_602))
	answer := evidence.NewIncomplete(resp, frame)
	if ended {
		answer = evidence.NewAnswer(resp, frame)
	}
	return evidence.Record{Caller: caller, Agent: agent, Exchanges: []evidence.Exchange{{Request: evidence.NewRequest(sent, signature.Octets1, body), Answer: answer}}}
}

// A record of a stream that broke off proves what came and not its end: verify says so, and
// exits 1 unless that is enough. Messages of gRPC are shown as what they are in JSON.
func TestVerifySaysWhatBrokeOff(t *testing.T) {
	for name, tt := range map[string]struct {
		ended bool
		args  []string
		code  int
		says  []string
		error string
	}{
		"whole": {true, nil, cli.ExitOK, []string{"ok: signed by both (requests and answers: 1)", `{"id":"t-1"}`, "status 200 (grpc-status UNAVAILABLE: gone), application/grpc, 1 events to 2026-01-01T00:00:02Z", `"TASK_STATE_WORKING"`}, ""},
		"broken off": {false, nil, cli.ExitFailed, []string{"incomplete: signed by both (requests and answers: 1), but a stream broke off: what came up to there is proved, and not its end",
			"1 events to 2026-01-01T00:00:01Z, where the stream broke off: its end is not proved", `"TASK_STATE_WORKING"`}, "error [evidence_incomplete]"},
		"enough": {false, []string{"--allow-incomplete"}, cli.ExitOK, []string{"incomplete: signed by both"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := streamedCall(t, tt.ended).Encode()
			must(t, err)
			path := filepath.Join(t.TempDir(), "call.json")
			must(t, os.WriteFile(path, raw, 0o600))
			code, out, errOut := runAgent(t, "", append([]string{"verify", "--evidence", path}, tt.args...)...)
			if code != tt.code || !strings.Contains(errOut, tt.error) || tt.error == "" && errOut != "" {
				t.Errorf("exit %d, %q", code, errOut)
			}
			for _, want := range tt.says {
				if !strings.Contains(out, want) {
					t.Errorf("%q is missing in %s", want, out)
				}
			}
		})
	}
}

// What a call leaves of a stream that broke off says so, too.
func TestEvidenceSaysWhatBrokeOff(t *testing.T) {
	r := streamedCall(t, false)
	path := filepath.Join(t.TempDir(), "call.json")
	file, err := newEvidence(path)
	must(t, err)
	file.add(r.Exchanges[0])
	var said strings.Builder
	must(t, file.write(r.Caller, r.Agent, &said))
	if got := said.String(); !strings.Contains(got, "a stream broke off, and only what came up to there is in it") {
		t.Errorf("%q", got)
	}
	if code, out, errOut := runAgent(t, "", "verify", "--evidence", path); code != cli.ExitFailed || !strings.Contains(out, "incomplete: ") {
		t.Errorf("exit %d, %s, %s", code, out, errOut)
	}
}
