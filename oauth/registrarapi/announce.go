package registrarapi

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"net/http"

	"github.com/go-json-experiment/json"
)

// Announce says for which TLS key the CA is asked for a certificate next. It counts
// for a minute by the registrar's clock. Errors are those of [Client.Register].
func (c *Client) Announce(ctx context.Context, key crypto.PublicKey) error {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(der)
	body, err := json.Marshal(map[string]string{"tlsKey": hex.EncodeToString(sum[:])})
	if err != nil {
		return err
	}
	_, err = c.do(ctx, call{
		op: "announce TLS key", method: http.MethodPut, path: pathOf(c.cfg.DID) + "/tls-key", media: mediaJSON, body: body,
		wants: []int{http.StatusNoContent},
	})
	return err
}
