package e2e

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"regexp"
	"strings"
)

// bag is what a thief was given, whoever gave it and in whatever form.
type bag struct {
	tokens       map[string]string            // by which answer each came
	certificates map[string]*x509.Certificate // by their DER
	allowed      int                          // answers of the webhook that say yes
	texts        []string                     // all answers, where secrets could stand
	answers      map[int]int                  // by status
}

func newBag() *bag {
	b := &bag{answers: make(map[int]int)}
	b.empty()
	return b
}

// empty forgets what is in it.
func (b *bag) empty() {
	b.tokens, b.certificates, b.allowed, b.texts = make(map[string]string), make(map[string]*x509.Certificate), 0, nil
}

// tokenShapes are those of Hydra: opaque ones, with codes and device codes, and JWTs.
var tokenShapes = regexp.MustCompile(`ory_[a-z]{2}_[A-Za-z0-9_.~-]+|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)

// add takes what an answer has. What was sent and comes back is no gain: a program may
// repeat it in an error, whole or cut.
func (b *bag) add(a answer, sent []byte) {
	b.answers[a.status]++
	text := a.body + "\n" + strings.Join(a.header.Values("Location"), "\n")
	b.texts = append(b.texts, text)
	for _, token := range tokenShapes.FindAllString(text, -1) {
		if !bytes.Contains(sent, []byte(token)) {
			b.tokens[token] = fmt.Sprintf("%d to %.200q: %.300q", a.status, sent, text)
		}
	}
	if strings.Contains(a.body, `"allow":true`) {
		b.allowed++
	}
	// PEM begins a line, and in JSON there are none.
	for rest := []byte(strings.NewReplacer(`\n`, "\n", "-----BEGIN", "\n-----BEGIN").Replace(text)); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			b.certificates[string(block.Bytes)] = c
		}
	}
}

// holds reports whether a text stood in an answer.
func (b *bag) holds(text string) bool {
	for _, t := range b.texts {
		if text != "" && strings.Contains(t, text) {
			return true
		}
	}
	return false
}

// claimsOf reads a JWT without looking at its signature; nil for anything else.
func claimsOf(token string) map[string]any {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims map[string]any
	_ = json.Unmarshal(payload, &claims) // what cannot be read has none
	return claims
}
