package evidence_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/identity/signature"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// party is an agent whose DID is derived from its key.
func party(t testing.TB, name string) (*did.KeyPair, evidence.Party) {
	t.Helper()
	k, err := did.KeyPairFromSeed(bytes.Repeat([]byte(name[:1]), 32))
	if err != nil {
		t.Fatal(err)
	}
	d, err := did.FromPublicKey("ada@example.com", name, k.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	return k, evidence.Party{DID: d, Key: k.PublicKey()}
}

const (
	asked  = 1_700_000_000
	stream = "text/event-stream"
)

// exchange is a request with a body, in a scheme, and its answer: a stream of two events
// where that is its type.
func exchange(t testing.TB, s signature.Scheme, body []byte, contentType string) evidence.Exchange {
	t.Helper()
	callerKey, caller := party(t, "caller")
	agentKey, agent := party(t, "agent")
	e := evidence.Exchange{Answer: evidence.Answer{Status: 200, ContentType: contentType, Header: http.Header{}, Body: []byte(`{"b":"é"}`)}}
	sent := httptest.NewRequest("POST", "/", nil)
	h, err := signature.SignHeader(callerKey, s, signature.Request{
		DID: caller.DID, Timestamp: asked, Body: body, Audience: agent.DID, Method: "POST", Target: "/", ContentType: "application/json",
		Nonce: "AAECAwQFBgcICQoLDA0ODw",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(sent.Header, h)
	sent.Header.Set("Content-Type", "application/json")
	sent.Header.Set("Authorization", "Bearer x")
	signature.Demand(sent.Header)
	e.Request = evidence.NewRequest(sent, s, body)
	b, err := signature.BindingOf(e.Request.Header, agent.DID)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != stream {
		err = signature.SignAnswer(agentKey, signature.Answer{Binding: b, Status: 200, ContentType: contentType, Body: e.Answer.Body, Timestamp: asked + 1}, e.Answer.Header)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	signer := signature.NewEventSigner(agentKey, b)
	signer.Announce(e.Answer.Header)
	e.Answer.Body = nil
	for i, data := range []string{"one", "two"} {
		e.Answer.Body = append(e.Answer.Body, "data: "+data+"\n"...)
		e.Answer.Body, err = signer.AppendEvent(e.Answer.Body, "", []byte(data), asked+int64(i))
		if err != nil {
			t.Fatal(err)
		}
		e.Answer.Body = append(e.Answer.Body, "\n"...)
	}
	if e.Answer.Body, err = signer.AppendEnd(e.Answer.Body, asked+9); err != nil {
		t.Fatal(err)
	}
	return e
}

// What was not verified is not recorded, whoever adds it to an answer.
func TestOnlyWhatProvesAnAnswerIsKeptOfIt(t *testing.T) {
	all := http.Header{}
	for _, name := range signature.HeaderNames() {
		all.Set(name, "x")
	}
	for name, tt := range map[string]struct {
		status            int
		kind, scheme      string
		header, trailer   http.Header
		want, unfinished  int
		kept, keptAsBegun string
	}{
		"an answer":          {200, "application/json", "answer-1", all, nil, 4, 0, "application/json", "application/json"},
		"a stream":           {200, "text/event-stream; charset=utf-8", "event-1", all, nil, 2, 2, stream, stream},
		"a refusal like one": {403, "text/event-stream", "event-1", all, nil, 4, 0, stream, stream},
		"a call":             {200, "application/grpc", "answer-1", all, all, 4, 0, "application/grpc", "application/grpc"},
		"a stream of calls":  {200, "application/grpc", "event-1", all, all, 4, 2, "application/grpc", "application/grpc"},
	} {
		resp := &http.Response{StatusCode: tt.status, Header: tt.header.Clone(), Trailer: tt.trailer.Clone()}
		resp.Header.Set("Content-Type", tt.kind)
		resp.Header.Set(signature.HeaderScheme, tt.scheme)
		if tt.trailer != nil {
			resp.Trailer.Set("Grpc-Status", "0")
		}
		whole, cut := evidence.NewAnswer(resp, nil), evidence.NewIncomplete(resp, nil)
		if len(whole.Header) != tt.want || len(cut.Header) != tt.unfinished || whole.ContentType != tt.kept || cut.ContentType != tt.keptAsBegun || (whole.GRPC != nil) != (tt.trailer != nil) {
			t.Errorf("%s: %+v, %+v", name, whole, cut)
		}
	}
}

// call is a request by gRPC and its answer: a stream of two messages where streams is set.
func call(t testing.TB, streams bool) evidence.Exchange {
	t.Helper()
	callerKey, caller := party(t, "caller")
	agentKey, agent := party(t, "agent")
	sent := httptest.NewRequest("POST", "/lf.a2a.v1.A2AService/GetTask", nil)
	nonce := "BBECAwQFBgcICQoLDA0ODw"
	if streams {
		nonce = "CBECAwQFBgcICQoLDA0ODw"
	}
	h, err := signature.SignHeader(callerKey, signature.Octets1, signature.Request{
		DID: caller.DID, Timestamp: asked, Audience: agent.DID, Method: "POST", Target: sent.RequestURI, ContentType: "application/grpc",
		Nonce: nonce,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(sent.Header, h)
	sent.Header.Set("Content-Type", "application/grpc")
	e := evidence.Exchange{Request: evidence.NewRequest(sent, signature.Octets1, nil)}
	b, err := signature.BindingOf(h, agent.DID)
	if err != nil {
		t.Fatal(err)
	}
	resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/grpc"}}, Trailer: http.Header{
		"Grpc-Status": {"5"}, "Grpc-Message": {"%C3%A9"}, "Grpc-Status-Details-Bin": {"AQI"},
	}}
	status, err := signature.ReadGRPCStatus(resp.Trailer)
	if err != nil {
		t.Fatal(err)
	}
	if !streams {
		body := []byte("\x00\x00\x00\x00\x02\x0a\x00")
		err := signature.SignAnswer(agentKey, signature.Answer{Binding: b, Status: 200, ContentType: "application/grpc", Body: body, GRPC: &status, Timestamp: asked + 1}, resp.Trailer)
		if err != nil {
			t.Fatal(err)
		}
		e.Answer = evidence.NewAnswer(resp, body)
		return e
	}
	signer := signature.NewEventSigner(agentKey, b)
	signer.Announce(resp.Header)
	var body []byte
	for i, m := range []string{"\x0a\x01x", ""} {
		field, err := signer.AppendField(nil, []byte(m), asked+int64(i))
		if err != nil {
			t.Fatal(err)
		}
		body = append(body, 0, 0, 0, 0, byte(len(m)+len(field)))
		body = append(append(body, m...), field...)
	}
	if err := signer.SignEnd(resp.Trailer, status, asked+9); err != nil {
		t.Fatal(err)
	}
	e.Answer = evidence.NewAnswer(resp, body)
	return e
}

// brokeOff is a stream of which the last block did not come.
func brokeOff(e evidence.Exchange) evidence.Exchange {
	a := &e.Answer
	a.Incomplete = true
	if a.ContentType == stream {
		a.Body = a.Body[:bytes.Index(a.Body, []byte("end: "))]
		return e
	}
	a.GRPC, a.Header = nil, http.Header{"X-Did": a.Header["X-Did"], "X-Did-Scheme": a.Header["X-Did-Scheme"]}
	return e
}

// record is one of all kinds of requests and answers.
func record(t testing.TB) evidence.Record {
	t.Helper()
	_, caller := party(t, "caller")
	_, agent := party(t, "agent")
	return evidence.Record{Caller: caller, Agent: agent, Exchanges: []evidence.Exchange{
		exchange(t, signature.Octets1, []byte{0xff, 0}, "application/json"),
		exchange(t, signature.JCS1, []byte(`{"a":1}`), "application/json; charset=utf-8"),
		exchange(t, signature.Reference, []byte(`{"a":"\u0000"}`), ""),
		exchange(t, signature.Octets1, nil, stream),
		call(t, false), call(t, true),
	}}
}

func encoded(t testing.TB, r evidence.Record) []byte {
	t.Helper()
	raw, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestARecordProvesItself(t *testing.T) {
	r, err := evidence.Parse(encoded(t, record(t)))
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := r.Verify(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []evidence.Proof{
		{Scheme: signature.Octets1, Asked: asked, Answered: asked + 1, Ended: asked + 1},
		{Scheme: signature.JCS1, Asked: asked, Answered: asked + 1, Ended: asked + 1},
		{Scheme: signature.Reference, Asked: asked, Answered: asked + 1, Ended: asked + 1},
		{Scheme: signature.Octets1, Asked: asked, Answered: asked, Ended: asked + 9, Events: 2},
		{Scheme: signature.Octets1, Asked: asked, Answered: asked + 1, Ended: asked + 1},
		{Scheme: signature.Octets1, Asked: asked, Answered: asked, Ended: asked + 9, Events: 2},
	}
	if !reflect.DeepEqual(proofs, want) {
		t.Errorf("%+v, want %+v", proofs, want)
	}
	if again := encoded(t, r); !bytes.Equal(again, encoded(t, record2(r))) {
		t.Errorf("it is written otherwise: %s", again)
	}
}

// record2 is r, written and read.
func record2(r evidence.Record) evidence.Record {
	raw, _ := r.Encode()
	read, _ := evidence.Parse(raw)
	return read
}

// Whatever is changed in a record, it proves nothing any more.
func TestARecordThatWasChangedProvesNothing(t *testing.T) {
	_, stranger := party(t, "stranger")
	for name, tt := range map[string]struct {
		change func(r *evidence.Record)
		want   error
	}{
		"the body of a request": {func(r *evidence.Record) { r.Exchanges[1].Request.Body = []byte(`{"a":2}`) }, did.ErrSignatureMismatch},
		"its path":              {func(r *evidence.Record) { r.Exchanges[0].Request.Target = "/x" }, did.ErrSignatureMismatch},
		"its method":            {func(r *evidence.Record) { r.Exchanges[0].Request.Method = "PUT" }, did.ErrSignatureMismatch},
		"its type":              {func(r *evidence.Record) { r.Exchanges[0].Request.ContentType = "text/plain" }, did.ErrSignatureMismatch},
		"its time":              {func(r *evidence.Record) { r.Exchanges[0].Request.Header.Set("X-DID-Timestamp", "1") }, did.ErrSignatureMismatch},
		"its signature":         {func(r *evidence.Record) { r.Exchanges[0].Request.Header.Del("X-DID-Signature") }, signature.ErrMissing},
		"its signer":            {func(r *evidence.Record) { r.Exchanges[0].Request.Header.Set("X-DID", stranger.DID.String()) }, evidence.ErrOtherCaller},
		"the body of an answer": {func(r *evidence.Record) { r.Exchanges[0].Answer.Body = []byte("{}") }, did.ErrSignatureMismatch},
		"its status":            {func(r *evidence.Record) { r.Exchanges[0].Answer.Status = 403 }, did.ErrSignatureMismatch},
		"its signature, too":    {func(r *evidence.Record) { r.Exchanges[0].Answer.Header.Del("X-DID-Signature") }, signature.ErrMissing},
		"which answer it is":    {func(r *evidence.Record) { r.Exchanges[0].Answer = r.Exchanges[1].Answer }, did.ErrSignatureMismatch},
		"its time, too":         {func(r *evidence.Record) { r.Exchanges[0].Answer.Header.Set("X-DID-Timestamp", "1") }, did.ErrSignatureMismatch},
		"an event": {func(r *evidence.Record) {
			r.Exchanges[3].Answer.Body = bytes.Replace(r.Exchanges[3].Answer.Body, []byte("two"), []byte("TWO"), 1)
		}, did.ErrSignatureMismatch},
		"the end of a stream": {func(r *evidence.Record) {
			a := &r.Exchanges[3].Answer
			a.Body = a.Body[:bytes.Index(a.Body, []byte("end: "))]
		}, signature.ErrCut},
		"the status of a stream":      {func(r *evidence.Record) { r.Exchanges[3].Answer.Status = 403 }, signature.ErrMissing},
		"that it is a stream":         {func(r *evidence.Record) { r.Exchanges[3].Answer.ContentType = "text/plain" }, signature.ErrMissing},
		"that it is none":             {func(r *evidence.Record) { r.Exchanges[0].Answer.ContentType = stream }, evidence.ErrMalformed},
		"a path that nobody signed":   {func(r *evidence.Record) { r.Exchanges[2].Request.Target = "/" }, evidence.ErrMalformed},
		"a method that nobody signed": {func(r *evidence.Record) { r.Exchanges[2].Request.Method = "POST" }, evidence.ErrMalformed},
		"a type that nobody signed":   {func(r *evidence.Record) { r.Exchanges[1].Request.ContentType = "a/b" }, evidence.ErrMalformed},
		"a nonce that nobody signed":  {func(r *evidence.Record) { r.Exchanges[2].Request.Header.Set("X-DID-Nonce", "x") }, evidence.ErrMalformed},
		"no name of who was meant":    {func(r *evidence.Record) { r.Exchanges[0].Request.Header.Del("X-DID-Audience") }, evidence.ErrMalformed},
		"a demand":                    {func(r *evidence.Record) { signature.Demand(r.Exchanges[0].Request.Header) }, evidence.ErrMalformed},
		"a header of an answer more":  {func(r *evidence.Record) { r.Exchanges[0].Answer.Header.Set("X-DID-Nonce", "x") }, evidence.ErrMalformed},
		"a header of a stream more":   {func(r *evidence.Record) { r.Exchanges[3].Answer.Header.Set("X-DID-Timestamp", "1") }, evidence.ErrMalformed},
		"a parameter of its type":     {func(r *evidence.Record) { r.Exchanges[3].Answer.ContentType += "; a=b" }, evidence.ErrMalformed},
		"a comment in a stream": {func(r *evidence.Record) {
			r.Exchanges[3].Answer.Body = append([]byte(": x\n"), r.Exchanges[3].Answer.Body...)
		}, evidence.ErrMalformed},
		"a field in a stream": {func(r *evidence.Record) {
			r.Exchanges[3].Answer.Body = append([]byte("event: x\n"), r.Exchanges[3].Answer.Body...)
		}, evidence.ErrMalformed},
		"an empty block in a stream": {func(r *evidence.Record) {
			r.Exchanges[3].Answer.Body = append([]byte("\n"), r.Exchanges[3].Answer.Body...)
		}, evidence.ErrMalformed},
		"the status of a call":         {func(r *evidence.Record) { r.Exchanges[4].Answer.GRPC.Code = 0 }, did.ErrSignatureMismatch},
		"its text":                     {func(r *evidence.Record) { r.Exchanges[4].Answer.GRPC.Message = "" }, did.ErrSignatureMismatch},
		"its details":                  {func(r *evidence.Record) { r.Exchanges[4].Answer.GRPC.Details = nil }, did.ErrSignatureMismatch},
		"no status of a call":          {func(r *evidence.Record) { r.Exchanges[4].Answer.GRPC = nil }, evidence.ErrMalformed},
		"a status of what has none":    {func(r *evidence.Record) { r.Exchanges[0].Answer.GRPC = r.Exchanges[4].Answer.GRPC }, evidence.ErrMalformed},
		"a status of events":           {func(r *evidence.Record) { r.Exchanges[3].Answer.GRPC = r.Exchanges[4].Answer.GRPC }, evidence.ErrMalformed},
		"the message of a call":        {func(r *evidence.Record) { r.Exchanges[4].Answer.Body = nil }, did.ErrSignatureMismatch},
		"that a call broke off":        {func(r *evidence.Record) { r.Exchanges[4].Answer.Incomplete = true }, evidence.ErrMalformed},
		"that an answer broke off":     {func(r *evidence.Record) { r.Exchanges[0].Answer.Incomplete = true }, evidence.ErrMalformed},
		"that a stream broke off":      {func(r *evidence.Record) { r.Exchanges[3].Answer.Incomplete = true }, evidence.ErrMalformed},
		"a stream of calls, too":       {func(r *evidence.Record) { r.Exchanges[5].Answer.Incomplete = true }, evidence.ErrMalformed},
		"the status of a stream of it": {func(r *evidence.Record) { r.Exchanges[5].Answer.GRPC.Code = 0 }, did.ErrSignatureMismatch},
		"no status of a stream of it":  {func(r *evidence.Record) { r.Exchanges[5].Answer.GRPC = nil }, evidence.ErrMalformed},
		"a message of a stream":        {func(r *evidence.Record) { r.Exchanges[5].Answer.Body[7]++ }, did.ErrSignatureMismatch},
		"the last message of it":       {func(r *evidence.Record) { a := &r.Exchanges[5].Answer; a.Body = a.Body[:8+int(a.Body[4])-3] }, did.ErrSignatureMismatch},
		"the signature of its end":     {func(r *evidence.Record) { r.Exchanges[5].Answer.Header.Del("X-DID-Signature") }, evidence.ErrMalformed},
		"its end alone":                {func(r *evidence.Record) { *r = cutShort(*r, 3); r.Exchanges[3].Answer.Incomplete = false }, signature.ErrCut},
		"what was cut": {func(r *evidence.Record) {
			*r = cutShort(*r, 3)
			b := r.Exchanges[3].Answer.Body
			b[bytes.Index(b, []byte("two"))]++
		}, did.ErrSignatureMismatch},
		"what was cut of a call": {func(r *evidence.Record) { *r = cutShort(*r, 5); r.Exchanges[5].Answer.Body[7]++ }, did.ErrSignatureMismatch},
		"what was cut within a block": {func(r *evidence.Record) {
			*r = cutShort(*r, 3)
			a := &r.Exchanges[3].Answer
			a.Body = a.Body[:len(a.Body)-1]
		}, evidence.ErrMalformed},
		"what was cut within a frame": {func(r *evidence.Record) {
			*r = cutShort(*r, 5)
			a := &r.Exchanges[5].Answer
			a.Body = a.Body[:len(a.Body)-1]
		}, evidence.ErrMalformed},
		"nothing of a stream": {func(r *evidence.Record) { *r = cutShort(*r, 3); r.Exchanges[3].Answer.Body = nil }, evidence.ErrMalformed},
		"nothing of a call":   {func(r *evidence.Record) { *r = cutShort(*r, 5); r.Exchanges[5].Answer.Body = nil }, evidence.ErrMalformed},
		"an end of what was cut": {func(r *evidence.Record) {
			g := r.Exchanges[5].Answer.GRPC
			*r = cutShort(*r, 5)
			r.Exchanges[5].Answer.GRPC = g
		}, evidence.ErrMalformed},
		"a request twice":  {func(r *evidence.Record) { r.Exchanges = append(r.Exchanges, r.Exchanges[0]) }, evidence.ErrMalformed},
		"who asked":        {func(r *evidence.Record) { r.Caller = stranger }, evidence.ErrOtherCaller},
		"who answered":     {func(r *evidence.Record) { r.Agent = stranger }, signature.ErrRecipient},
		"the caller's key": {func(r *evidence.Record) { r.Caller.Key = stranger.Key }, evidence.ErrKeyUnknown},
		"the agent's key":  {func(r *evidence.Record) { r.Agent.Key = stranger.Key }, evidence.ErrKeyUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			r := record2(record(t))
			tt.change(&r)
			if proofs, err := r.Verify(nil); !errors.Is(err, tt.want) || proofs != nil {
				t.Errorf("%+v, %v; want %v", proofs, err, tt.want)
			}
		})
	}
}

// cutShort is a record in which the stream of an exchange broke off.
func cutShort(r evidence.Record, n int) evidence.Record {
	r.Exchanges = slices.Clone(r.Exchanges)
	r.Exchanges[n] = brokeOff(r.Exchanges[n])
	return r
}

// Of a stream that broke off a record proves what came, and says that it does not prove
// the end.
func TestARecordProvesWhatCameOfAStream(t *testing.T) {
	r := record(t)
	whole := len(r.Exchanges[5].Answer.Body)
	r = record2(cutShort(cutShort(r, 3), 5))
	for _, events := range []int64{2, 1} {
		proofs, err := r.Verify(nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range proofs {
			streams := i == 3 || i == 5
			if p.Incomplete != streams || streams && (p.Events != events || p.Answered != asked || p.Ended != asked+events-1) {
				t.Errorf("%d: %+v, want %d events", i, p, events)
			}
		}
		if events == 1 {
			break
		}
		a, b := &r.Exchanges[3].Answer, &r.Exchanges[5].Answer
		a.Body, b.Body = a.Body[:bytes.Index(a.Body, []byte("data: two"))], b.Body[:5+int(b.Body[4])]
		if len(b.Body) >= whole {
			t.Fatal("nothing was cut")
		}
	}
}

// What a record holds is written in one way: nothing of it can be changed unseen.
func TestABodyHasOneSpelling(t *testing.T) {
	raw := string(encoded(t, record(t)))
	for name, tt := range map[string][2]string{
		"bits behind the end":     {`"/wA="`, `"/wB="`},
		"a text in base64":        {`"body": "{\"a\":1}"`, `"bodyBase64": "eyJhIjoxfQ=="`},
		"nothing in base64":       {`"body": ""`, `"bodyBase64": ""`},
		"without padding":         {`"/wA="`, `"/wA"`},
		"with white space":        {`"/wA="`, `"/w\nA="`},
		"in the alphabet of URLs": {`"/wA="`, `"_wA="`},
	} {
		changed := strings.Replace(raw, tt[0], tt[1], 1)
		if changed == raw {
			t.Errorf("%s: nothing to change in %s", name, raw)
		}
		if _, err := evidence.Parse([]byte(changed)); !errors.Is(err, evidence.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A DID that is not derived from its key needs somebody who says which key it is.
func TestKeysOfOtherDIDsArePinned(t *testing.T) {
	r := record(t)
	_, other := party(t, "stranger")
	pins := func(d did.DID, k ed25519.PublicKey) map[did.DID]ed25519.PublicKey {
		return map[did.DID]ed25519.PublicKey{d: k}
	}
	if _, err := r.Verify(pins(r.Caller.DID, r.Caller.Key)); err != nil {
		t.Errorf("with its own key: %v", err)
	}
	for who, p := range map[string]evidence.Party{"the caller": r.Caller, "the agent": r.Agent} {
		t.Run(who+" with another key", func(t *testing.T) {
			if _, err := r.Verify(pins(p.DID, other.Key)); !errors.Is(err, did.ErrKeyChanged) {
				t.Error(err)
			}
		})
	}
	named, err := did.Parse("did:web:example.com")
	if err != nil {
		t.Fatal(err)
	}
	r.Exchanges, r.Agent.DID = nil, named
	if _, err := r.Verify(nil); !errors.Is(err, evidence.ErrKeyUnknown) {
		t.Errorf("a DID that says nothing of its key: %v", err)
	}
	if _, err := r.Verify(pins(named, r.Agent.Key)); err != nil {
		t.Errorf("pinned: %v", err)
	}
}

// What is not written by Encode is not read as a record.
func TestWhatIsNoRecordIsRefused(t *testing.T) {
	good := string(encoded(t, record(t)))
	replaced := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	many := record(t)
	for len(many.Exchanges) <= evidence.MaxExchanges {
		many.Exchanges = append(many.Exchanges, many.Exchanges[0])
	}
	if _, err := many.Encode(); !errors.Is(err, evidence.ErrTooLarge) {
		t.Errorf("too many exchanges are written: %v", err)
	}
	for name, tt := range map[string]struct {
		raw  string
		want error
	}{
		"nothing":             {"", evidence.ErrMalformed},
		"not JSON":            {good[:len(good)-3], evidence.ErrMalformed},
		"another format":      {replaced("evidence-1", "evidence-2"), evidence.ErrMalformed},
		"an unknown member":   {replaced(`"format"`, `"x": 1, "format"`), evidence.ErrMalformed},
		"a member twice":      {replaced(`"format"`, `"format": "evidence-1", "format"`), evidence.ErrMalformed},
		"two bodies":          {replaced(`"bodyBase64"`, `"body": "", "bodyBase64"`), evidence.ErrMalformed},
		"a body of null":      {replaced(`"bodyBase64": "/wA="`, `"bodyBase64": null`), evidence.ErrMalformed},
		"no exchange":         {`{"format":"evidence-1","caller":{},"agent":{},"exchanges":[]}`, evidence.ErrMalformed},
		"too many":            {`{"format":"evidence-1","exchanges":[` + strings.Repeat("{},", evidence.MaxExchanges) + "{}]}", evidence.ErrTooLarge},
		"a header of others":  {replaced(`"X-Did-Nonce"`, `"Authorization"`), evidence.ErrMalformed},
		"a name that is none": {replaced(`"did": "did:`, `"did": "`), did.ErrMalformed},
		"a key that is none":  {replaced(`"publicKey": "`, `"publicKey": "0`), did.ErrPublicKey},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.raw == good {
				t.Fatal("nothing was changed")
			}
			if _, err := evidence.Parse([]byte(tt.raw)); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

// What is no part of a signature is not kept, least of all a credential.
func TestOnlyWhatIsSignedIsKept(t *testing.T) {
	e := exchange(t, signature.Reference, []byte("{}"), "")
	if q := e.Request; q.Method+q.Target+q.ContentType != "" || len(q.Header) != 3 {
		t.Errorf("%+v", q)
	}
	if q := exchange(t, signature.Octets1, nil, "").Request; q.Method != "POST" || q.Target != "/" || q.ContentType != "application/json" || len(q.Header) != 6 {
		t.Errorf("%+v", q)
	}
	resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream; x=y"}, "Set-Cookie": {"x"}, "X-Did": {"did:x:y"}}}
	if a := evidence.NewAnswer(resp, nil); a.ContentType != stream || len(a.Header) != 1 {
		t.Errorf("%+v", a)
	}
}

// FuzzParse: a record that is read is written as it was, and proves nothing by accident.
func FuzzParse(f *testing.F) {
	f.Add(encoded(f, record(f)))
	f.Add([]byte(`{"format":"evidence-1","caller":{"did":"did:x:y"},"exchanges":[{"request":{"bodyBase64":"AA=="}}]}`))
	good := record2(record(f))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := evidence.Parse(raw)
		if err != nil {
			return
		}
		written, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := evidence.Parse(written)
		if err != nil || !reflect.DeepEqual(r, again) {
			t.Fatalf("%v: read as %+v, then as %+v", err, r, again)
		}
		if _, err := r.Verify(nil); err == nil && r.Agent.DID == good.Agent.DID {
			for _, e := range r.Exchanges {
				if !has(good, e) {
					t.Fatalf("it proves %+v", e)
				}
			}
		}
	})
}

// has reports whether a record has an exchange.
func has(r evidence.Record, e evidence.Exchange) bool {
	return slices.ContainsFunc(r.Exchanges, func(known evidence.Exchange) bool { return reflect.DeepEqual(known, e) })
}
