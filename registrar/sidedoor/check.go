package sidedoor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/internal/fetch"
)

// Config says where to look. Every field is wanted unless it says otherwise.
type Config struct {
	// CAURL is that of step-ca, Roots are what it is verified by.
	CAURL *url.URL
	Roots *x509.CertPool
	// Audience is the client id of the provisioner that is ours.
	Audience string
	// Webhook is the URL at which step-ca has to ask.
	Webhook string
	// Own is the registrar's certificate, with which is tried whether step-ca renews
	// it. Nil leaves that out.
	Own *tls.Certificate
	// HydraPublic and HydraAdmin are the URLs of Hydra's two APIs.
	HydraPublic, HydraAdmin *url.URL
	// Hydra asks both.
	Hydra *http.Client
	// Timeout bounds each question.
	Timeout time.Duration
}

// ErrLook: a place could not be looked at. Nothing is known of the doors there.
var ErrLook = errors.New("a place with possible side doors could not be looked at")

// maxAnswer is how many bytes are read of an answer.
const maxAnswer = 1 << 20

// survey is one look around.
type survey struct {
	cfg       Config
	ca, hydra fetch.Client
	doors     []Door
}

func (s *survey) open(w Word, detail string) { s.doors = append(s.doors, Door{w, detail}) }

// Check looks at all places, and returns the doors that stand open. An error that
// matches [ErrLook] says which places could not be looked at; the doors are those of
// the others.
func Check(ctx context.Context, cfg Config) ([]Door, error) {
	switch {
	case cfg.CAURL == nil || cfg.Roots == nil || cfg.HydraPublic == nil || cfg.HydraAdmin == nil || cfg.Hydra == nil:
		return nil, errors.New("sidedoor: the URLs, the CA's roots and a client for Hydra are needed")
	case cfg.Audience == "" || cfg.Webhook == "" || cfg.Timeout <= 0:
		return nil, errors.New("sidedoor: the audience, the webhook's URL and a time are needed")
	}
	config := &tls.Config{RootCAs: cfg.Roots, MinVersion: tls.VersionTLS12}
	if cfg.Own != nil {
		config.Certificates = []tls.Certificate{*cfg.Own}
	}
	transport := fetch.NewTransport(config)
	defer transport.CloseIdleConnections()
	s := &survey{cfg: cfg, ca: fetch.NewClient(&http.Client{Transport: transport}), hydra: fetch.NewClient(cfg.Hydra)}
	var errs []error
	for _, look := range []func(context.Context) error{s.provisioners, s.caAdmin, s.renewal, s.discovery, s.registration, s.publicAdmin, s.trusted} {
		if err := look(ctx); err != nil {
			errs = append(errs, fmt.Errorf("%w: %w", ErrLook, err))
		}
	}
	return s.doors, errors.Join(errs...)
}

func anyStatus(int) bool { return true }

func (s *survey) get(ctx context.Context, c fetch.Client, method string, target *url.URL) (fetch.Answer, error) {
	answer, err := c.Do(ctx, fetch.Question{
		Method: method, URL: target.String(), Timeout: s.cfg.Timeout, Limit: maxAnswer, Statuses: anyStatus,
	})
	if err != nil {
		return answer, fmt.Errorf("%s: %w", target.Redacted(), err)
	}
	return answer, nil
}

// read wants JSON with status 200.
func (s *survey) read(ctx context.Context, c fetch.Client, target *url.URL, into any) error {
	answer, err := s.get(ctx, c, http.MethodGet, target)
	if err != nil {
		return err
	}
	if answer.Status != http.StatusOK {
		return fmt.Errorf("%s: status %d", target.Redacted(), answer.Status)
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return fmt.Errorf("%s: the answer is not the JSON that is expected", target.Redacted())
	}
	return nil
}

// absent wants 404 where nothing should be; any other answer but one of trouble is a door.
func (s *survey) absent(ctx context.Context, c fetch.Client, target *url.URL, w Word) error {
	answer, err := s.get(ctx, c, http.MethodGet, target)
	switch {
	case err != nil:
		return err
	case answer.Status >= http.StatusInternalServerError || answer.Status == http.StatusTooManyRequests:
		return fmt.Errorf("%s: status %d", target.Redacted(), answer.Status)
	case answer.Status != http.StatusNotFound:
		s.open(w, fmt.Sprintf("%s answers %d", target.Redacted(), answer.Status))
	}
	return nil
}

// caAdmin: the path is served only with enableAdmin.
func (s *survey) caAdmin(ctx context.Context) error {
	return s.absent(ctx, s.ca, s.cfg.CAURL.JoinPath("admin", "admins"), CAAdmin)
}

// oidProvisioner is the extension by which step-ca knows the provisioner of a certificate.
var oidProvisioner = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 37476, 9000, 64, 1}

// renewal tries what the claims say, and what those for all provisioners may say
// otherwise, which step-ca does not show.
func (s *survey) renewal(ctx context.Context) error {
	if s.cfg.Own == nil {
		return nil
	}
	if leaf := s.cfg.Own.Leaf; leaf != nil && !marked(leaf) {
		s.open(Unmarked, "our own certificate")
	}
	target := s.cfg.CAURL.JoinPath("renew")
	answer, err := s.get(ctx, s.ca, http.MethodPost, target)
	switch {
	case err != nil:
		return err
	case answer.Status/100 == 2:
		s.open(Renewal, "step-ca renewed our own certificate")
	case answer.Status != http.StatusUnauthorized && answer.Status != http.StatusForbidden:
		return fmt.Errorf("%s: status %d", target.Redacted(), answer.Status)
	}
	return nil
}

func marked(leaf *x509.Certificate) bool {
	for _, e := range leaf.Extensions {
		if e.Id.Equal(oidProvisioner) {
			return true
		}
	}
	return false
}
