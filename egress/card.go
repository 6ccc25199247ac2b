package egress

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/peer"
)

// handOut answers with the peer's card, in which the addresses are ours.
func (x *exchange) handOut(t target, f found) error {
	if x.r.Method != http.MethodGet {
		x.w.Header().Set("Allow", "GET")
		return refused(refusal.MethodNotAllowed)
	}
	body, err := localCard(f.card, x.localBase(t))
	if err != nil {
		return err
	}
	h := x.w.Header()
	jsonrpc.SetHeaders(h)
	h.Set("Cache-Control", "private, max-age=60") // A2A 1.0 section 8.6.1
	h.Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(body)))
	h.Set(headerDID, x.did)
	h.Set(headerProof, "card "+string(f.peer.Card.State))
	http.ServeContent(x.w, x.r, "", f.since, bytes.NewReader(body))
	return nil
}

// localBase is how the program that asks reaches the peer through us: as it did now.
func (x *exchange) localBase(t target) string {
	switch {
	case t.proxied:
		return "http://" + x.r.URL.Host
	case isOwnHost(x.r.Host):
		return "http://" + x.r.Host + prefix + x.peer.Name
	}
	return "http://localhost" + prefix + x.peer.Name // of a socket
}

// object is one of JSON.
type object = map[string]jsontext.Value

// notLocal are members of a card that say what the peer demands of us, or that are about
// the card as it was.
var notLocal = []string{"signatures", "securitySchemes", "securityRequirements", "security"}

// localCard is a peer's card for programs of this machine: unsigned, with addresses below
// base, and without what we do for them. gRPC is left out: there is no room for the name of
// a peer in its addresses.
func localCard(raw []byte, base string) ([]byte, error) {
	var c object
	if json.Unmarshal(raw, &c) != nil {
		return nil, peer.ErrCard
	}
	for _, name := range notLocal {
		delete(c, name)
	}
	at := localizer{base}
	interfaces, old := at.interfaces(c["supportedInterfaces"], "protocolBinding")
	if _, has := c["supportedInterfaces"]; has {
		c["supportedInterfaces"] = interfaces
		delete(c, "url") // whatever was said there is not what was signed
		if old != "" {
			c["url"], c["preferredTransport"], c["protocolVersion"] = text(old), text("JSONRPC"), text("0.3.0")
		}
	} else {
		c["url"] = text(at.local(textOf(c["url"])))
	}
	if more, has := c["additionalInterfaces"]; has {
		c["additionalInterfaces"], _ = at.interfaces(more, "transport")
	}
	c["capabilities"] = withoutSignatures(c["capabilities"])
	body, err := json.Marshal(c, json.Deterministic(true))
	if err != nil {
		return nil, peer.ErrCard
	}
	return body, nil
}

// localizer makes addresses of a peer ours.
type localizer struct{ base string }

// local is where an address of a peer is reached through us. Of what a card says only the
// path counts, as where the peer itself is called.
func (l localizer) local(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Path, "/") {
		return l.base + "/"
	}
	return l.base + u.EscapedPath()
}

// interfaces makes the addresses of a list ours. old is where A2A 0.3 is spoken.
func (l localizer) interfaces(raw jsontext.Value, binding string) (list jsontext.Value, old string) {
	var all, kept []object
	_ = json.Unmarshal(raw, &all) // which the card's reader took
	kept = []object{}
	for _, i := range all {
		name := textOf(i[binding])
		if strings.EqualFold(name, "GRPC") {
			continue
		}
		at := l.local(textOf(i["url"]))
		if strings.EqualFold(name, "HTTP+JSON") {
			at = strings.TrimSuffix(at, "/")
		}
		i["url"] = text(at)
		if name == "JSONRPC" && strings.HasPrefix(textOf(i["protocolVersion"]), string(card.V03)) && old == "" {
			old = at
		}
		kept = append(kept, i)
	}
	list, _ = json.Marshal(kept, json.Deterministic(true)) // objects of JSON
	return list, old
}

// withoutSignatures takes from the capabilities how requests are signed: we do that.
func withoutSignatures(raw jsontext.Value) jsontext.Value {
	var c object
	var extensions, kept []object
	if json.Unmarshal(raw, &c) != nil || c == nil {
		c = object{}
	}
	_ = json.Unmarshal(c["extensions"], &extensions)
	kept = []object{}
	for _, e := range extensions {
		if textOf(e["uri"]) != card.SignatureExtension {
			kept = append(kept, e)
		}
	}
	c["extensions"], _ = json.Marshal(kept, json.Deterministic(true))
	body, _ := json.Marshal(c, json.Deterministic(true))
	return body
}

func text(s string) jsontext.Value {
	quoted, _ := jsontext.AppendQuote(nil, s)
	return quoted
}

func textOf(v jsontext.Value) string {
	var s string
	if v.Kind() == jsontext.KindString {
		_ = json.Unmarshal(v, &s)
	}
	return s
}
