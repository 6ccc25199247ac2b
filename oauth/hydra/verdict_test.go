package hydra_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// good is an introspection answer at the start of a bubble's time, member by
// member as JSON.
func good(issuer string) map[string]string {
	now := time.Now().Unix()
	return map[string]string{
		"active": "true", "scope": `"agent:read agent:write"`, "client_id": `"` + callerDID + `"`, "sub": `"` + callerDID + `"`,
		"exp": fmt.Sprint(now + 3600), "iat": fmt.Sprint(now), "nbf": fmt.Sprint(now), "aud": `[]`,
		"iss": `"` + issuer + `"`, "token_type": `"Bearer"`, "token_use": `"access_token"`,
	}
}

func answer(members map[string]string) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		list = append(list, fmt.Sprintf("%q:%s", name, members[name]))
	}
	return "{" + strings.Join(list, ",") + "}"
}

// TestVerdicts changes one member of a good answer at a time; "" removes it.
func TestVerdicts(t *testing.T) {
	const epoch = 946684800 // when a bubble begins
	at := func(seconds int64) string { return fmt.Sprint(epoch + seconds) }
	for _, row := range []struct {
		member, value string
		want          error // nil: good
	}{
		{"active", `false`, oauth.ErrInactive},
		{"active", ``, oauth.ErrInvalidResponse},
		{"active", `"true"`, oauth.ErrInvalidResponse},
		{"active", `"false"`, oauth.ErrInvalidResponse},
		{"active", `1`, oauth.ErrInvalidResponse},
		{"active", `0`, oauth.ErrInvalidResponse},
		{"active", `null`, oauth.ErrInvalidResponse},
		{"active", `[true]`, oauth.ErrInvalidResponse},
		{"active", `TRUE`, oauth.ErrInvalidResponse},

		{"exp", at(1), nil},
		{"exp", at(0), oauth.ErrExpired},
		{"exp", at(-1), oauth.ErrExpired},
		{"exp", `0`, oauth.ErrExpired},
		{"exp", `-5`, oauth.ErrExpired},
		{"exp", ``, oauth.ErrExpired},
		{"exp", `null`, oauth.ErrInvalidResponse},
		{"exp", `"` + at(3600) + `"`, oauth.ErrInvalidResponse},
		{"exp", `true`, oauth.ErrInvalidResponse},
		{"exp", `1e308`, oauth.ErrInvalidResponse},
		{"exp", `1e9`, oauth.ErrInvalidResponse},
		{"exp", at(3600) + ".5", oauth.ErrInvalidResponse},
		{"exp", `99999999999999999999`, oauth.ErrInvalidResponse},
		{"exp", `9223372036854775807`, oauth.ErrInvalidResponse},
		{"exp", `253402300799`, nil},
		{"exp", `[` + at(3600) + `]`, oauth.ErrInvalidResponse},

		{"nbf", at(60), nil},
		{"nbf", at(61), oauth.ErrNotYetValid},
		{"nbf", ``, nil},
		{"nbf", `null`, oauth.ErrInvalidResponse},
		{"nbf", `"0"`, oauth.ErrInvalidResponse},
		{"iat", at(60), nil},
		{"iat", at(61), oauth.ErrNotYetValid},
		{"iat", `{}`, oauth.ErrInvalidResponse},

		{"iss", `"http://other.example"`, oauth.ErrIssuer},
		{"iss", `"HTTP://HYDRA-PUBLIC.TEST"`, oauth.ErrIssuer},
		{"iss", `"http://hydra-public.test/"`, oauth.ErrIssuer},
		{"iss", `""`, oauth.ErrIssuer},
		{"iss", ``, oauth.ErrIssuer},
		{"iss", `["http://hydra-public.test"]`, oauth.ErrInvalidResponse},
		{"iss", `null`, oauth.ErrInvalidResponse},

		{"token_use", `"refresh_token"`, oauth.ErrTokenUse},
		{"token_use", `"id_token"`, oauth.ErrTokenUse},
		{"token_use", `"ACCESS_TOKEN"`, oauth.ErrTokenUse},
		{"token_use", `""`, oauth.ErrTokenUse},
		{"token_use", ``, oauth.ErrTokenUse},
		{"token_use", `1`, oauth.ErrInvalidResponse},
		{"token_type", `"bearer"`, nil},
		{"token_type", `"mac"`, oauth.ErrTokenUse},
		{"token_type", ``, oauth.ErrTokenUse},
		{"token_type", `false`, oauth.ErrInvalidResponse},

		{"aud", `["step-ca"]`, oauth.ErrAudience},
		{"aud", `"step-ca"`, oauth.ErrAudience},
		{"aud", `["agents","step-ca"]`, oauth.ErrAudience},
		{"aud", `["step-ca-2"]`, nil},
		{"aud", `null`, nil},
		{"aud", ``, nil},
		{"aud", `1`, oauth.ErrInvalidResponse},
		{"aud", `[1]`, oauth.ErrInvalidResponse},
		{"aud", `[null]`, oauth.ErrInvalidResponse},
		{"aud", `{"step-ca":true}`, oauth.ErrInvalidResponse},

		{"scope", ``, nil},
		{"scope", `["agent:read"]`, oauth.ErrInvalidResponse},
		{"client_id", `"not a did"`, nil},
		{"client_id", ``, nil},
		{"client_id", `7`, oauth.ErrInvalidResponse},
		{"sub", `{}`, oauth.ErrInvalidResponse},
		{"ext", `{"a":{"b":1,"b":2}}`, oauth.ErrInvalidResponse},
		{"ext", `{"plan":"gold"}`, nil},
	} {
		t.Run(row.member+" "+row.value, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
				members := good(w.public)
				if members[row.member] = row.value; row.value == "" {
					delete(members, row.member)
				}
				s.AnswerIntrospection("token", answer(members))
				for name, verify := range map[string]func(*hydra.Introspector, context.Context, string) (oauth.Claims, error){
					"Verify": (*hydra.Introspector).Verify, "VerifyFresh": (*hydra.Introspector).VerifyFresh,
				} {
					i := introspector(t, w, hydra.IntrospectorOptions{ForbiddenAudiences: []string{"step-ca"}})
					claims, err := verify(i, t.Context(), "token")
					if !errors.Is(err, row.want) {
						t.Errorf("%s: %v, want %v", name, err, row.want)
					}
					if err != nil && !reflect.DeepEqual(claims, oauth.Claims{}) {
						t.Errorf("%s: claims beside an error: %v", name, claims)
					}
				}
			})
		})
	}
}

func TestAnswersThatAreNotOneObject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s := fakeWorld(t, hydratest.Options{InMemory: true})
		i := introspector(t, w, hydra.IntrospectorOptions{})
		whole := answer(good(w.public))
		for _, body := range []string{
			"", " ", "null", "true", `"active"`, "[]", "[" + whole + "]", "<html>", "{", `{"active"`, `{"active":true`,
			whole + whole, whole + "x", whole + ",", "\ufeff" + whole, "\x00" + whole,
			strings.Replace(whole, `"active":true`, `"active":true,"active":true`, 1),
			strings.Replace(whole, `"active":true`, `"active":false,"active":true`, 1),
			strings.Replace(whole, `"active":true`, `"active":true,"\u0061ctive":false`, 1),
			strings.Replace(whole, `"active":true`, `"Active":true`, 1),
			strings.Replace(whole, `"active":true`, `"act`+"ı"+`ve":true`, 1),
			strings.Replace(whole, "agent:read", "agent:\xff", 1),
			strings.Replace(whole, "agent:read", `agent:\ud800`, 1),
			strings.Replace(whole, `"active":true`, `'active':true`, 1),
			strings.Replace(whole, `"active":true`, `"active":true,`, 1),
			strings.Replace(whole, `"aud":[]`, `"aud":`+strings.Repeat("[", 30_000), 1),
		} {
			s.AnswerIntrospection("token", body)
			if _, err := i.Verify(t.Context(), "token"); !errors.Is(err, oauth.ErrInvalidResponse) {
				t.Errorf("%.60q: %v, want ErrInvalidResponse", body, err)
			}
		}
		s.AnswerIntrospection("token", "\n"+whole+" \n")
		verified(t, i, "token")
	})
}

func TestClaims(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		members := good(w.public)
		members["aud"], members["ext"], members["username"] = `"one"`, `{"plan":"gold"}`, `"u"`
		s.AnswerIntrospection("token", answer(members))
		got, err := i.Verify(t.Context(), "token")
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(time.Now().Unix(), 0)
		want := oauth.Claims{
			Issuer: w.public, Subject: callerDID, ClientID: callerDID, DID: callerDID, TokenUse: "access_token",
			Audience: []string{"one"}, Scopes: []string{"agent:read", "agent:write"},
			IssuedAt: now, NotBefore: now, ExpiresAt: now.Add(time.Hour),
			Extra: map[string]any{"ext": map[string]any{"plan": "gold"}, "username": "u"},
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("claims\n%#v, want\n%#v", got, want)
		}
	})
}

func TestClientIDThatIsNoDID(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	i := introspector(t, w, hydra.IntrospectorOptions{})
	for _, id := range []string{"billing", "did:x:a/b", "DID:x:y", " " + callerDID} {
		claims, err := i.Verify(t.Context(), s.IssueToken(hydratest.TokenSpec{ClientID: id}))
		if err != nil || claims.DID != "" || claims.ClientID != id {
			t.Errorf("%q: DID %q, client %q, %v", id, claims.DID, claims.ClientID, err)
		}
	}
}

func TestRequiredAudience(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	i := introspector(t, w, hydra.IntrospectorOptions{ForbiddenAudiences: []string{"step-ca"}, Audiences: []string{"poet", "agents"}})
	for audience, want := range map[string]error{
		"poet": nil, "agents": nil, "x poet": nil, "": oauth.ErrAudience, "muse": oauth.ErrAudience, "poet2": oauth.ErrAudience,
		"poet step-ca": oauth.ErrAudience,
	} {
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID, Audience: strings.Fields(audience)})
		if _, err := i.Verify(t.Context(), token); !errors.Is(err, want) {
			t.Errorf("audience %q: %v, want %v", audience, err, want)
		}
	}
}

func TestWithoutIssuerNoTokenIsGood(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	i := hydra.NewIntrospector(w.config(), hydra.IntrospectorOptions{})
	defer i.Close()
	for _, claims := range []map[string]any{nil, {"iss": ""}} {
		if _, err := i.Verify(t.Context(), s.IssueToken(hydratest.TokenSpec{ClientID: callerDID, Claims: claims})); !errors.Is(err, oauth.ErrIssuer) {
			t.Errorf("%v: %v, want ErrIssuer", claims, err)
		}
	}
}
