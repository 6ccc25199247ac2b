package hydra

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
)

const (
	// perPage is how many clients are asked for at once; maxPage bounds the answer, in bytes.
	perPage = "50"
	maxPage = 16 << 20
)

// Clients returns the documents of one page of all clients, beginning with the page "",
// and the next page, "" after the last. Errors: oauth.ErrUnavailable,
// oauth.ErrInvalidResponse.
func (a *AdminAPI) Clients(ctx context.Context, page string) (documents [][]byte, next string, err error) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.AdminTimeout)
	defer cancel()
	const op = "list clients"
	query := url.Values{"page_size": {perPage}}
	if page != "" {
		query.Set("page_token", page)
	}
	target, err := url.JoinPath(a.cfg.AdminURL, "admin/clients")
	if err != nil {
		return nil, "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target+"?"+query.Encode(), http.NoBody)
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := a.cfg.calls.Bounded(maxPage).Do(req)
	body, err := a.readPage(ctx, op, resp, err)
	if err != nil {
		return nil, "", err
	}
	var all []jsontext.Value
	if jsontext.Value(body).Kind() != '[' || json.Unmarshal(body, &all) != nil {
		return nil, "", a.admin.fail(op, "", http.StatusOK, oauth.ErrInvalidResponse)
	}
	for _, one := range all {
		documents = append(documents, one)
	}
	return documents, nextPage(resp.Header, page), nil
}

// readPage reads the answer where there is one.
func (a *AdminAPI) readPage(ctx context.Context, op string, resp *http.Response, err error) ([]byte, error) {
	if err != nil {
		return a.admin.read(ctx, op, "", http.StatusOK, nil, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case errors.Is(err, fetch.ErrTooLong):
		return nil, a.admin.fail(op, "", resp.StatusCode, tooLong(maxPage))
	case err != nil:
		return a.admin.read(ctx, op, "", http.StatusOK, nil, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return a.admin.read(ctx, op, "", http.StatusOK, resp, nil)
}

// nextPage reads the token of the next page in the links of an answer (RFC 8288). One
// that leads to the page it stands on leads nowhere.
func nextPage(h http.Header, page string) string {
	for _, link := range strings.Split(strings.Join(h.Values("Link"), ","), ",") {
		target, rel, _ := strings.Cut(link, ";")
		if !strings.Contains(rel, `rel="next"`) {
			continue
		}
		u, err := url.Parse(strings.Trim(strings.TrimSpace(target), "<>"))
		if err != nil {
			return ""
		}
		if next := u.Query().Get("page_token"); next != page {
			return next
		}
	}
	return ""
}
