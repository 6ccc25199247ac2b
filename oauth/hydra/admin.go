package hydra

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
	ory "github.com/ory/hydra-client-go/v2"
)

// maxDocument bounds the answers about a client.
const maxDocument = 512 << 10

var (
	errConflict = errors.New("a client with this id exists already")
	errNotHydra = fmt.Errorf("%w: this is not Hydra's admin API, check HYDRA__ADMIN_URL", oauth.ErrUnavailable)
	// The two of an update, after which the next attempt may do better.
	errPatchRefused = fmt.Errorf("%w: PATCH is refused, while GET of the same client is answered; "+
		"let PATCH /admin/clients/ through in what stands before Hydra's admin API", oauth.ErrUnavailable)
	errChanging = fmt.Errorf("%w: the update conflicts with another change; "+
		"look for another program that updates the same client", oauth.ErrUnavailable)
)

// admin reads and writes client documents.
type admin struct {
	api     ory.OAuth2API
	calls   *http.Client // under api
	base    string
	timeout time.Duration
}

func newAdmin(cfg Config) admin {
	settings := ory.NewConfiguration()
	settings.HTTPClient = cfg.calls.Bounded(maxDocument)
	settings.UserAgent = ""
	settings.Servers = ory.ServerConfigurations{{URL: strings.TrimRight(cfg.AdminURL, "/")}}
	return admin{api: ory.NewAPIClient(settings).OAuth2API, calls: settings.HTTPClient, base: cfg.AdminURL, timeout: cfg.AdminTimeout}
}

// get returns the client registered for d, found false if there is none.
func (a admin) get(ctx context.Context, d did.DID) (client *ory.OAuth2Client, found bool, err error) {
	body, err := a.document(ctx, d)
	if errors.Is(err, ErrNoClient) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	client, err = parseClient(body)
	if err != nil {
		return nil, false, a.fail("read client", d.String(), http.StatusOK, oauth.ErrInvalidResponse)
	}
	if client.GetClientId() != d.String() {
		return nil, false, a.fail("read client", d.String(), http.StatusOK,
			fmt.Errorf("%w: the document is of another client", oauth.ErrInvalidResponse))
	}
	return client, true, nil
}

// document returns the document of d as it came, unread; the error is ErrNoClient if
// there is none.
func (a admin) document(ctx context.Context, d did.DID) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	resp, err := a.fetch(ctx, d)
	return a.read(ctx, "read client", d.String(), http.StatusOK, resp, err)
}

// fetch asks for the document of d. The generated client, which decodes what it
// gets, would spend seconds on a document that somebody made for that.
func (a admin) fetch(ctx context.Context, d did.DID) (*http.Response, error) {
	target, err := url.JoinPath(a.base, "admin/clients", url.PathEscape(d.String()))
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := a.calls.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, err
}

// create registers a new client; the error is errConflict if the id is taken.
func (a admin) create(ctx context.Context, client ory.OAuth2Client) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	_, resp, err := a.api.CreateOAuth2Client(ctx).OAuth2Client(client).Execute()
	_, err = a.read(ctx, "create client", "", http.StatusCreated, resp, err)
	return err
}

// patch changes the document of d; the error is ErrNoClient if the client is gone.
func (a admin) patch(ctx context.Context, d did.DID, patch []ory.JsonPatch) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	_, resp, err := a.api.PatchOAuth2Client(ctx, d.String()).JsonPatch(patch).Execute()
	_, err = a.read(ctx, "update client", d.String(), http.StatusOK, resp, err)
	return err
}

// replace writes the whole document of d; the error is ErrNoClient if there is no client.
func (a admin) replace(ctx context.Context, d did.DID, client ory.OAuth2Client) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	_, resp, err := a.api.SetOAuth2Client(ctx, d.String()).OAuth2Client(client).Execute()
	_, err = a.read(ctx, "write client", d.String(), http.StatusOK, resp, err)
	return err
}

// delete deletes the client of d; the error is ErrNoClient if there is none.
func (a admin) delete(ctx context.Context, d did.DID) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	resp, err := a.api.DeleteOAuth2Client(ctx, d.String()).Execute()
	_, err = a.read(ctx, "delete client", d.String(), http.StatusNoContent, resp, err)
	return err
}

// deleteTokens ends the access tokens of d.
func (a admin) deleteTokens(ctx context.Context, d did.DID) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	resp, err := a.api.DeleteOAuth2Token(ctx).ClientId(d.String()).Execute()
	_, err = a.read(ctx, "delete tokens", d.String(), http.StatusNoContent, resp, err)
	if errors.Is(err, ErrNoClient) { // the path names nothing that could be absent
		return a.fail("delete tokens", d.String(), resp.StatusCode, errNotHydra)
	}
	return err
}

// read takes the answer from under the generated client, which decodes it
// leniently: what it reports about the body is ignored, what it reports about
// the connection is not. What is not complete in time counts as no answer.
func (a admin) read(ctx context.Context, op, id string, want int, resp *http.Response, err error) ([]byte, error) {
	if late := ctx.Err(); late != nil {
		return nil, a.fail(op, id, 0, unavailable(a.base, late))
	}
	if resp == nil {
		return nil, a.fail(op, id, 0, unavailable(a.base, err))
	}
	if errors.Is(err, fetch.ErrTooLong) {
		return nil, a.fail(op, id, resp.StatusCode, tooLong(maxDocument))
	}
	if _, decoding := errors.AsType[*ory.GenericOpenAPIError](err); err != nil && !decoding {
		return nil, a.fail(op, id, resp.StatusCode, unavailable(a.base, err))
	}
	body, err := io.ReadAll(resp.Body) // a buffer by now
	if err != nil {
		return nil, a.fail(op, id, resp.StatusCode, unavailable(a.base, err))
	}
	if resp.StatusCode != want {
		return nil, a.fail(op, id, resp.StatusCode, refusal(resp, body))
	}
	if want != http.StatusNoContent && !isJSON(resp.Header) {
		return nil, a.fail(op, id, resp.StatusCode, errMediaType)
	}
	return body, nil
}

// refusal says what a status means. Hydra's own refusals are JSON with an
// error member; other pages mean that something else answers at this URL, and
// a 404 among them must not be taken for an absent client. Neither must one that
// answers a creation, whatever its body says.
func refusal(resp *http.Response, body []byte) error {
	if resp.Request.Method == http.MethodPatch && methodRefused(resp, body) {
		return errPatchRefused
	}
	if resp.StatusCode < 400 || resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
		return oauth.ErrUnavailable
	}
	method := resp.Request.Method
	nothingThere := resp.StatusCode == http.StatusMethodNotAllowed ||
		resp.StatusCode == http.StatusNotFound && method == http.MethodPost // to create is to name nothing that could be absent
	if !isHydras(resp, body) || nothingThere {
		return errNotHydra
	}
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return ErrNoClient
	case resp.StatusCode == http.StatusConflict && method == http.MethodPost:
		return errConflict
	case resp.StatusCode == http.StatusConflict:
		return errChanging
	case resp.StatusCode == http.StatusBadRequest && method != http.MethodGet && method != http.MethodDelete:
		return ErrClientRefused
	default:
		return oauth.ErrUnavailable
	}
}

// methodRefused tells that something before Hydra refuses an update: Hydra's
// admin API asks nobody who he is and knows the method, and its address is
// right, since the client was read a moment before.
func methodRefused(resp *http.Response, body []byte) bool {
	switch status := resp.StatusCode; status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	default:
		return status >= 400 && status < 500 && status != http.StatusTooManyRequests && !isHydras(resp, body)
	}
}

// isHydras tells Hydra's own refusals from other pages.
func isHydras(resp *http.Response, body []byte) bool {
	o, err := parseObject(body)
	_, says := o["error"]
	return err == nil && says && isJSON(resp.Header)
}

func (a admin) fail(op, id string, status int, cause error) error {
	return &RequestError{Op: op, URL: displayURL(a.base, "admin/clients/"+id), Status: status, Err: cause}
}
