package peer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/peer"
)

// wallet gives the tokens t1, t2 and so on: another one when it was asked to replace one.
type wallet struct {
	replaced int
	refused  []string
	err      error // of a replacement
}

func (w *wallet) use(c *peer.Config) {
	c.Token = func(context.Context) (string, error) { return "t" + strconv.Itoa(w.replaced+1), nil }
	c.Replace = func(_ context.Context, refused string) error {
		w.refused = append(w.refused, refused)
		if w.err == nil {
			w.replaced++
		}
		return w.err
	}
}

// tokensOf are those with which requests came.
func tokensOf(rec *record) string {
	var all []string
	for _, s := range rec.calls() {
		all = append(all, strings.TrimPrefix(s.header.Get("Authorization"), "Bearer "))
	}
	return strings.Join(all, " ")
}

// refusing refuses every request that comes with one of the tokens, with what answer writes.
func refusing(tokens string, answer, next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if strings.Contains(tokens+" ", token+" ") {
			answer.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// says answers as an agent of ours does, or as another does where reason is "".
func says(status int, challenge, gate, reason string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if challenge != "" {
			w.Header().Set("WWW-Authenticate", challenge)
		}
		w.WriteHeader(status)
		if reason != "" {
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":null,"error":{"code":-31402,"message":"m","data":{"reason":%q,"gate":%q}}}`, reason, gate)
			return
		}
		_, _ = io.WriteString(w, `{"error":"no"}`)
	}
}

// A call that was refused because its token has ended is made once more, with another
// token, and never a third time.
func TestATokenThatIsNotTakenIsReplacedOnce(t *testing.T) {
	invalid := `Bearer error="invalid_token"`
	for name, tt := range map[string]struct {
		refused string // the tokens
		says    http.HandlerFunc
		change  func(*peer.Peer, *wallet)
		came    string // tokens of the calls, polls aside
		asked   int    // how often for another
	}{
		"revoked":                     {"t1", says(401, invalid, "token", "token_inactive"), nil, "t1 t2", 1},
		"ended":                       {"t1", says(401, invalid, "token", "token_expired"), nil, "t1 t2", 1},
		"of a key that is gone":       {"t1", says(401, invalid, "token", "token_kid"), nil, "t1 t2", 1},
		"the other is not taken":      {"t1 t2", says(401, invalid, "token", "token_inactive"), nil, "t1 t2", 1},
		"by an agent of another make": {"t1", says(401, `Bearer realm="x", error="invalid_token"`, "", ""), nil, "t1 t2", 1},
		"there is no other":           {"t1", says(401, invalid, "token", "token_inactive"), func(_ *peer.Peer, w *wallet) { w.err = errors.New("no") }, "t1", 1},
		"who may do it twice":         {"t1", says(401, invalid, "token", "token_inactive"), func(p *peer.Peer, _ *wallet) { p.Schemes = nil }, "t1", 1},
		"for another audience":        {"t1", says(401, invalid, "token", "token_audience"), nil, "t1", 0},
		"a certificate that ended":    {"t1", says(401, "Bearer", "certificate", "cert_expired"), nil, "t1", 0},
		"no invalid token":            {"t1", says(401, `Bearer error="insufficient_scope"`, "", ""), nil, "t1", 0},
		"without a challenge":         {"t1", says(401, "", "", ""), nil, "t1", 0},
		"a challenge without a 401":   {"t1", says(403, invalid, "", ""), nil, "t1", 0},
		"at another gate":             {"t1", says(401, invalid, "policy", "auth_expired"), nil, "t1", 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var purse wallet
				c, p, rec := inBubble(t, refusing(tt.refused, tt.says, &v1Agent{}), purse.use)
				p.Schemes = []signature.Scheme{signature.Octets1}
				if tt.change != nil {
					tt.change(&p, &purse)
				}
				_, err := c.Send(t.Context(), p, "hi")
				_, refused := errors.AsType[*peer.Refusal](err)
				last := tt.came[strings.LastIndex(tt.came, " ")+1:]
				if wanted := strings.Contains(tt.refused+" ", last+" "); refused != wanted || !refused && err != nil {
					t.Errorf("%v, want a refusal: %v", err, wanted)
				}
				if came := tokensOf(rec); came != tt.came || len(purse.refused) != tt.asked || tt.asked > 0 && purse.refused[0] != "t1" {
					t.Errorf("sent with %q, replaced %q; want %q, and %d", came, purse.refused, tt.came, tt.asked)
				}
			})
		})
	}
}

// The call after one that could not be repeated is made with the other token.
func TestTheNextCallHasTheOtherToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var purse wallet
		c, p, rec := inBubble(t, refusing("t1", says(401, "", "token", "token_inactive"), &v1Agent{}), purse.use)
		if _, err := c.Send(t.Context(), p, "hi"); !errors.As(err, new(*peer.Refusal)) {
			t.Errorf("a message that may have been taken is sent again: %v", err)
		}
		if _, err := c.Send(t.Context(), p, "hi"); err != nil || tokensOf(rec) != "t1 t2" {
			t.Errorf("%v, sent with %s", err, tokensOf(rec))
		}
	})
}

// What may not be done twice is repeated where the peer would have signed its refusal if
// it had begun, and has not.
func TestWhatMayHaveRunIsNotRepeated(t *testing.T) {
	for name, tt := range map[string]struct {
		signed bool
		came   string
	}{"refused before it ran": {false, "t1 t2"}, "refused after it may have run": {true, "t1"}} {
		t.Run(name, func(t *testing.T) {
			var purse wallet
			agent := &proving{next: refusing("t1", says(401, "", "token", "token_inactive"), &script{task: whole1}), change: func(_ int, a *signedAnswer) {
				if a.status == http.StatusUnauthorized && !tt.signed {
					unsign(a)
				}
			}}
			client, p, rec := provingPeer(t, agent, purse.use)
			if _, err := client.Cancel(t.Context(), p, "t"); (err != nil) != tt.signed || tokensOf(rec) != tt.came {
				t.Errorf("%v, sent with %s, want %s", err, tokensOf(rec), tt.came)
			}
		})
	}
}

func TestATokenIsReplacedOverGRPC(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var purse wallet
		ended := state("UNAUTHENTICATED", "token_expired")
		ended.Details[0].Metadata["gate"] = "token"
		answers := []said{{status: ended}, {messages: []string{`{"task":` + doneG + `}`}}}
		c, p, rec := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			say(t, w, r, answers[0])
			answers = answers[1:]
		}), purse.use)
		p.Binding, p.Schemes = peer.GRPC, signature.Schemes()
		if reply, err := c.Send(t.Context(), p, "hi"); err != nil || reply.Text != "all" || tokensOf(rec) != "t1 t2" {
			t.Errorf("%+v, %v, sent with %s", reply, err, tokensOf(rec))
		}
		foreign := refusing("t2", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/grpc")
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			grpcframe.Status{Code: grpcframe.CodeOf("UNAUTHENTICATED")}.Set(w.Header(), "")
		}), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			say(t, w, r, said{messages: []string{`{"task":` + doneG + `}`}})
		}))
		c, p, rec = inBubble(t, foreign, purse.use)
		p.Binding, p.Schemes = peer.GRPC, signature.Schemes()
		if reply, err := c.Send(t.Context(), p, "hi"); err != nil || reply.Text != "all" || tokensOf(rec) != "t2 t3" {
			t.Errorf("another make: %+v, %v, sent with %s", reply, err, tokensOf(rec))
		}
	})
}

// expiredAt ends a stream with a proof that is not true any more.
func expiredAt(gate string) string {
	return `- {"code":-31402,"message":"x","data":{"reason":"auth_expired","gate":"` + gate + `"}}`
}

// A stream whose token has ended is gone on with under another one, as often as that
// happens; one that ends for another reason keeps its token.
func TestAStreamGoesOnWithAnotherToken(t *testing.T) {
	for name, tt := range map[string]struct {
		connections [][]string
		err         error // of a replacement
		came        string
	}{
		"once":                   {[][]string{{begun1, pieceA, expiredAt("token")}, {pieceB, done1}}, nil, "t1 t2"},
		"twice":                  {[][]string{{begun1, expiredAt("token")}, {pieceA, expiredAt("token")}, {pieceB, done1}}, nil, "t1 t2 t3"},
		"at once":                {[][]string{{expiredAt("token")}, {begun1, pieceA, pieceB, done1}}, nil, "t1 t2"},
		"no other is to be had":  {[][]string{{begun1, pieceA, expiredAt("token")}, {pieceB, done1}}, errors.New("no"), "t1 t1"},
		"the certificate's turn": {[][]string{{begun1, pieceA, expiredAt("certificate")}, {pieceB, done1}}, nil, "t1 t1"},
		"a restart":              {[][]string{{begun1, pieceA, drained}, {pieceB, done1}}, nil, "t1 t1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				purse := wallet{err: tt.err}
				c, p, rec := inBubble(t, &script{connections: tt.connections, task: whole1}, purse.use)
				p.Schemes = []signature.Scheme{signature.Octets1}
				told, err := streams(c.Stream(t.Context(), p, "hi"))
				if told != "submitted, a one, +a two, completed" || err != nil || tokensOf(rec) != tt.came {
					t.Errorf("told %q, %v, sent with %q, want %q", told, err, tokensOf(rec), tt.came)
				}
			})
		})
	}
}

// A subscription that is refused because the token has ended meanwhile is made once more.
func TestASubscriptionIsMadeWithAnotherToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var purse wallet
		agent := &script{connections: [][]string{{pieceB, done1}}, task: whole1}
		c, p, rec := inBubble(t, refusing("t1", says(401, "", "token", "token_inactive"), agent), purse.use)
		told, err := streams(c.Follow(t.Context(), p, "t", "2"))
		if told != "+a two, completed" || err != nil || tokensOf(rec) != "t1 t2" {
			t.Errorf("told %q, %v, sent with %q", told, err, tokensOf(rec))
		}
		c, p, rec = inBubble(t, refusing("t2 t3", says(401, "", "token", "token_inactive"), agent), purse.use)
		told, err = streams(c.Follow(t.Context(), p, "t", "2"))
		if !errors.As(err, new(*peer.Refusal)) || told != "" || tokensOf(rec) != "t2 t3" {
			t.Errorf("never: told %q, %v, sent with %q", told, err, tokensOf(rec))
		}
	})
}
