package registrarapi

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/internal/fetch"
)

// Registration is what an agent registers.
type Registration struct {
	// Secret is the client's from now on; it has to be on disk already.
	Secret string
	// Name and URL are what the agent says of itself; either may be empty.
	Name, URL string
	// Token is an enrolment token, empty where the agent has none.
	Token string
	// NewSecret says that the secret was made after [ErrSecretEnded].
	NewSecret bool
}

// Registered is what came of a registration.
type Registered struct {
	// Created is true where the authorization server had no client.
	Created bool
	// Scopes and Audience are what tokens may be asked for.
	Scopes, Audience []string
	// Drift is what the document was before, for people.
	Drift []Drift
	// Foreign is true where it was not what the registrar had written.
	Foreign bool
}

// Drift is one difference of the document from what it has to be.
type Drift struct {
	Field string `json:"field"`
	Was   string `json:"was"`
	Want  string `json:"want"`
}

// Register registers the agent, or brings its registration up to date. It may be
// repeated at any time with the same secret.
//
// Errors: [ErrPending], [ErrBusy], [ErrForeignWriter], [ErrClock], [ErrUnreachable],
// [ErrUntrusted] and others that are [oauth.ErrUnavailable] may end by themselves;
// [ErrRevoked], [ErrTokenRequired], [ErrTokenRefused], [ErrNotKeyBound],
// [ErrSecretWeak], [ErrRefused] do not; [ErrSecretEnded] does with another secret, a second
// after the ending by the registrar's clock; oauth.ErrInvalidResponse.
func (c *Client) Register(ctx context.Context, r Registration) (Registered, error) {
	members := map[string]string{
		"publicKey": did.EncodePublicKey(c.cfg.Key.PublicKey()), "clientSecret": r.Secret,
		"name": r.Name, "url": r.URL, "enrolmentToken": r.Token,
	}
	if r.NewSecret {
		members["newSecret"] = "true"
	}
	maps.DeleteFunc(members, func(_, value string) bool { return value == "" })
	body, err := json.Marshal(members)
	if err != nil {
		return Registered{}, err
	}
	q := call{
		op: "register", method: http.MethodPut, path: pathOf(c.cfg.DID), media: mediaJSON, body: body,
		wants: []int{http.StatusOK, http.StatusCreated, http.StatusAccepted},
	}
	answer, err := c.do(ctx, q)
	if err != nil {
		return Registered{}, err
	}
	result, err := c.readRegistered(answer)
	if err != nil {
		failed := q.fail(c, answer.Status, err)
		failed.Later = retryAfter(answer.Header)
		return Registered{}, failed
	}
	return result, nil
}

func pathOf(d did.DID) string { return "/v1/clients/" + d.String() }

// readRegistered reads the answer to a registration.
func (c *Client) readRegistered(answer fetch.Answer) (Registered, error) {
	var read struct {
		DID      string   `json:"did"`
		State    string   `json:"state"`
		Scopes   []string `json:"scopes"`
		Audience []string `json:"audience"`
		Drift    []Drift  `json:"drift"`
		Foreign  bool     `json:"foreignWriter"`
	}
	if jsontext.Value(answer.Body).Kind() != '{' || json.Unmarshal(answer.Body, &read) != nil || read.DID != c.cfg.DID.String() {
		return Registered{}, errAnswer
	}
	pending := answer.Status == http.StatusAccepted
	switch {
	case pending && read.State == "pending":
		return Registered{}, &PendingError{c.cfg.DID.String(), did.Fingerprint(c.cfg.Key.PublicKey())}
	case pending, read.State != "registered", !areScopes(read.Scopes):
		return Registered{}, errAnswer
	}
	for i, d := range read.Drift {
		read.Drift[i] = Drift{brief.Text(d.Field), brief.Text(d.Was), brief.Text(d.Want)}
	}
	return Registered{answer.Status == http.StatusCreated, read.Scopes, read.Audience, read.Drift, read.Foreign}, nil
}

// areScopes reports whether tokens can be asked for with these: there is one at
// least, since for none the authorization server takes scopes of its own.
func areScopes(scopes []string) bool {
	return len(scopes) > 0 && !slices.ContainsFunc(scopes, func(s string) bool {
		return s == "" || slices.ContainsFunc([]byte(s), func(b byte) bool { return b <= ' ' || b > '~' })
	})
}
