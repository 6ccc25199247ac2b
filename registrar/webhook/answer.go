package webhook

import (
	"net/http"
	"strconv"
)

// answer writes what step-ca reads, and logs where the answer is no. The words are
// ours, so that nothing in them needs to be escaped.
func answer(w http.ResponseWriter, reason Reason) {
	body := `{"allow":false,"error":{"code":"` + string(reason) + `","message":"the registrar refuses the certificate"}}`
	if allowing[reason] {
		body = `{"allow":true}`
	}
	status, ok := statuses[reason]
	if !ok {
		status = http.StatusOK
	}
	h := w.Header()
	if reason == StaleCaller || reason == NotCA {
		// The next connection presents the CA's new certificate; and who is not the CA
		// pays a handshake for each line that it makes us log.
		h.Set("Connection", "close")
	}
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // the CA is gone if this fails, and issues nothing
}
