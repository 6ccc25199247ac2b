package gate_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/protoform"
)

// frame is one message of gRPC with these bytes.
func frame(t testing.TB, message string) string {
	t.Helper()
	head, err := grpcframe.AppendHead(nil, len(message))
	if err != nil {
		t.Fatal(err)
	}
	return string(head) + message
}

// rpc answers with frames, and then with a status; nil says none.
func rpc(status *grpcframe.Status, frames ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/grpc")
		w.WriteHeader(http.StatusOK)
		for _, f := range frames {
			if _, err := io.WriteString(w, f); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
		if status != nil {
			status.Set(w.Header(), http.TrailerPrefix)
		}
	}
}

// callsDemanding are gates with a handler of gRPC, and an honest call of a method that demands a
// signed answer.
func callsDemanding(t testing.TB, method string, h http.HandlerFunc, configure ...func(*gate.Config)) (*bench, *http.Request) {
	t.Helper()
	b := answering(t, h, append([]func(*gate.Config){func(c *gate.Config) {
		c.Protected[protoform.Path(method)] = gate.Route{Calls: map[string]string{"POST": method}, GRPC: true, Handler: h}
	}}, configure...)...)
	r := b.message(method, frameOf(t, method, `{"id":"x"}`))
	signature.Demand(r.Header)
	return b, r
}

// verifiedCall verifies the answer of a call that is no stream.
func (b *bench) verifiedCall(t testing.TB, r *http.Request, w *httptest.ResponseRecorder) (signature.GRPCStatus, error) {
	t.Helper()
	binding, err := signature.BindingOf(r.Header, b.self)
	if err != nil {
		t.Fatal(err)
	}
	said, status, err := signature.GRPCEnd(w.Result())
	if err != nil {
		t.Fatalf("%v: %v %v", err, w.Result().Header, w.Result().Trailer)
	}
	_, err = signature.VerifyAnswer(ownKey(t).PublicKey(), signature.Answer{
		Binding: binding, Status: w.Code, ContentType: w.Result().Header.Get("Content-Type"), Body: w.Body.Bytes(), GRPC: &status,
	}, said)
	return status, err
}

// An answer by gRPC is signed with its status, beside which the signature stands.
func TestCallsAreSignedOnDemand(t *testing.T) {
	no := &grpcframe.Status{Code: 5, Message: "nö", Details: []grpcframe.ErrorInfo{{Domain: "d", Reason: "R"}}}
	alone := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/grpc")
		no.Set(w.Header(), "")
		w.WriteHeader(http.StatusOK)
	}
	for name, tt := range map[string]struct {
		method  string
		handler http.HandlerFunc
		code    int
		body    string
	}{
		"a message":                 {"GetTask", rpc(&grpcframe.Status{}, frame(t, "ab")), 0, frame(t, "ab")},
		"an empty one":              {"GetTask", rpc(&grpcframe.Status{}, frame(t, "")), 0, frame(t, "")},
		"a status behind nothing":   {"GetTask", rpc(no), 5, ""},
		"a status alone":            {"GetTask", alone, 5, ""},
		"of a stream that is none":  {"SubscribeToTask", alone, 5, ""},
		"a panic":                   {"GetTask", func(http.ResponseWriter, *http.Request) { panic("x") }, 13, ""},
		"a panic in place of such":  {"SubscribeToTask", func(http.ResponseWriter, *http.Request) { panic("x") }, 13, ""},
		"a message in several bits": {"GetTask", rpc(&grpcframe.Status{}, frame(t, "ab")[:3], frame(t, "ab")[3:]), 0, frame(t, "ab")},
	} {
		t.Run(name, func(t *testing.T) {
			b, r := callsDemanding(t, tt.method, tt.handler)
			w := httptest.NewRecorder()
			b.chain.ServeHTTP(w, r)
			status, err := b.verifiedCall(t, r, w)
			if err != nil || status.Code != tt.code || w.Body.String() != tt.body || tt.code == 5 && (status.Message != "nö" || len(status.Details) == 0) {
				t.Errorf("%v: %+v %q", err, status, w.Body)
			}
		})
	}
}

// readMessages reads the signed stream that answers r.
func (b *bench) readMessages(t testing.TB, r *http.Request, w *httptest.ResponseRecorder) (read string, status signature.GRPCStatus, err error) {
	t.Helper()
	binding, err := signature.BindingOf(r.Header, b.self)
	if err != nil {
		t.Fatal(err)
	}
	res := w.Result()
	in, err := signature.NewMessageReader(res.Body, 1<<20, binding, ownKey(t).PublicKey(), res.Header, func() (http.Header, signature.GRPCStatus, error) {
		status, err = signature.ReadGRPCStatus(res.Trailer)
		return res.Trailer, status, err
	})
	if err != nil {
		t.Fatalf("%v: %v", err, res.Header)
	}
	all, err := io.ReadAll(in)
	return string(all), status, err
}

// Each message of a stream is signed in its place, and the end with its status. What is no
// message ends the signatures, so that the caller knows.
func TestStreamsOfMessagesAreSignedOnDemand(t *testing.T) {
	ok, ended := &grpcframe.Status{}, &grpcframe.Status{Code: 16, Message: "over"}
	a, large := frame(t, "\x0a\x01a"), frame(t, "\x0a\x80\x80\x04"+strings.Repeat("x", 1<<16))
	for name, tt := range map[string]struct {
		status *grpcframe.Status
		frames []string
		read   string
		want   error
	}{
		"messages":          {ok, []string{a, a, large}, a + a + large, nil},
		"an empty one":      {ok, []string{frame(t, "")}, frame(t, ""), nil},
		"none":              {ok, nil, "", nil},
		"an error at last":  {ended, []string{a}, a, nil},
		"no status":         {nil, []string{a}, a, signature.ErrCut},
		"two in one":        {ok, []string{a + a}, "", signature.ErrCut},
		"half of one":       {ok, []string{a, a[:6]}, a, signature.ErrCut},
		"a compressed one":  {ok, []string{a, "\x01" + a[1:]}, a, signature.ErrCut},
		"something else":    {ok, []string{a, "data: x\n\n"}, a, signature.ErrCut},
		"another behind it": {ok, []string{a, "x", a}, a, signature.ErrCut},
	} {
		t.Run(name, func(t *testing.T) {
			b, r := callsDemanding(t, "SubscribeToTask", rpc(tt.status, tt.frames...))
			w := httptest.NewRecorder()
			b.chain.ServeHTTP(w, r)
			read, status, err := b.readMessages(t, r, w)
			if read != tt.read || (err == nil) != (tt.want == nil) || tt.want != nil && !errors.Is(err, tt.want) || err == nil && tt.status == ended && (status.Code != 16 || status.Message != "over") {
				t.Errorf("%.100q, %+v, %v; want %.100q, %v", read, status, err, tt.read, tt.want)
			}
		})
	}
}

// Whoever hangs up is not told that this was the end.
func TestAStreamOfMessagesThatNobodyReadsHasNoEnd(t *testing.T) {
	ctx, hangUp := context.WithCancel(t.Context())
	b, r := callsDemanding(t, "SubscribeToTask", func(w http.ResponseWriter, r *http.Request) {
		rpc(&grpcframe.Status{}, frame(t, ""))(w, r)
		hangUp()
	})
	w := httptest.NewRecorder()
	b.chain.ServeHTTP(w, r.WithContext(ctx))
	if read, _, err := b.readMessages(t, r, w); read != frame(t, "") || !errors.Is(err, signature.ErrCut) {
		t.Errorf("%q, %v", read, err)
	}
}

// A call whose answer has no status is cut off, and one that is refused in place of its
// answer reads why, signed.
func TestCallsThatCannotBeSignedAreCutOff(t *testing.T) {
	b, r := callsDemanding(t, "GetTask", rpc(nil, frame(t, "a")))
	w := httptest.NewRecorder()
	cut := func() (cut bool) {
		defer func() { cut = recover() != nil }()
		b.chain.ServeHTTP(w, r)
		return false
	}()
	if !cut || w.Body.Len() > 0 {
		t.Errorf("cut off: %v, %q", cut, w.Body)
	}
	clock := newTicker()
	b, r = callsDemanding(t, "GetTask", func(w http.ResponseWriter, r *http.Request) {
		clock.Add(int64(time.Second))
		b.set(func() { b.claims.Scopes = nil })
		rpc(&grpcframe.Status{}, frame(t, "a"))(w, r)
	}, clock.on)
	w = httptest.NewRecorder()
	b.chain.ServeHTTP(w, r)
	if status, err := b.verifiedCall(t, r, w); err != nil || status.Code != 7 || w.Body.Len() > 0 {
		t.Errorf("%+v, %v, %q", status, err, w.Body)
	}
}

// What is refused before the gate replay is not signed by gRPC either.
func TestRefusedCallsOfStrangersAreNotSigned(t *testing.T) {
	b, r := callsDemanding(t, "GetTask", func(http.ResponseWriter, *http.Request) { t.Error("the handler ran") })
	r.Header.Del("Authorization")
	w := httptest.NewRecorder()
	b.chain.ServeHTTP(w, r)
	if status, err := b.verifiedCall(t, r, w); !errors.Is(err, signature.ErrMissing) || status.Code != 16 || len(w.Result().Trailer) > 0 {
		t.Errorf("%+v, %v", status, err)
	}
}
