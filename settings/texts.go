package settings

import "strings"

// The types of settings that are one text. What a text must satisfy is its
// type's to say.
type (
	// Text is anything that is fit to be printed.
	Text string
	// DIDPart is what a segment of a DID can be made of.
	DIDPart string
	// Path names a file or a directory.
	Path string
	// Host is an IP address or a host name.
	Host string
	// Domain is a host name of several labels, in small letters.
	Domain string
	// URL is an address on http or https, without a slash at its end.
	URL string
	// HTTPSURL is an address on https, without a slash at its end.
	HTTPSURL string
	// Origin is an address without a path.
	Origin string
	// Loopback is an address on this machine: http on loopback, or unix:///path.
	Loopback string
	// ModelURL is an address that may be told a key: https, or http on loopback.
	ModelURL string
	// CertificateIssuer is the issuer of a DID in a certificate, byte for byte.
	CertificateIssuer string
	// Fingerprints are SHA-256 of certificates in hex, with commas between.
	Fingerprints string
)

// Decode implements envconfig.Decoder.
func (t *Text) Decode(text string) error { return assign(t, Text(text), checkText(text)) }

// Decode implements envconfig.Decoder.
func (p *DIDPart) Decode(text string) error { return assign(p, DIDPart(text), checkDIDPart(text)) }

// Decode implements envconfig.Decoder.
func (p *Path) Decode(text string) error { return assign(p, Path(text), checkPath(text)) }

// Decode implements envconfig.Decoder.
func (h *Host) Decode(text string) error { return assign(h, Host(text), checkHost(text)) }

// Decode implements envconfig.Decoder.
func (d *Domain) Decode(text string) error {
	return assign(d, Domain(strings.ToLower(text)), checkDomain(text))
}

// Decode implements envconfig.Decoder.
func (u *URL) Decode(text string) error {
	normal, wrong := checkURL(text, "http", "https")
	return assign(u, URL(normal), wrong)
}

// Decode implements envconfig.Decoder.
func (u *HTTPSURL) Decode(text string) error {
	normal, wrong := checkURL(text, "https")
	return assign(u, HTTPSURL(normal), wrong)
}

// Decode implements envconfig.Decoder.
func (o *Origin) Decode(text string) error {
	normal, wrong := checkOrigin(text)
	return assign(o, Origin(normal), wrong)
}

// Decode implements envconfig.Decoder.
func (a *Loopback) Decode(text string) error { return assign(a, Loopback(text), checkLoopback(text)) }

// Decode implements envconfig.Decoder.
func (u *ModelURL) Decode(text string) error {
	normal, wrong := checkModelURL(text)
	return assign(u, ModelURL(normal), wrong)
}

// Decode implements envconfig.Decoder. The issuer may be a Hydra on plain http,
// as that of a token may not.
func (i *CertificateIssuer) Decode(text string) error {
	return assign(i, CertificateIssuer(text), checkIssuer(text, "https", "http"))
}

// Decode implements envconfig.Decoder.
func (f *Fingerprints) Decode(text string) error {
	normal, wrong := checkFingerprints(text)
	return assign(f, Fingerprints(normal), wrong)
}

// Decode implements envconfig.Decoder.
func (s *Secret) Decode(text string) error { return assign(s, NewSecret(text), "") }
