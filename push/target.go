package push

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxURL is the longest URL of a webhook, in bytes.
const maxURL = 2 << 10

// Check returns why a URL is not called, as far as its text says, in words for whoever
// made the webhook; "" if it may be. What the name stands for is looked at when it is
// called.
func (n Networks) Check(text string) (why string) {
	_, why = n.parse(text)
	return why
}

// parse reads the URL of a webhook. It takes one spelling of everything, so that nobody
// who reads it after us reads something else.
func (n Networks) parse(text string) (u *url.URL, why string) {
	if text == "" || len(text) > maxURL {
		return nil, "it must have at most 2048 bytes"
	}
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' || strings.IndexByte(`"<>\^{|}`+"`", c) >= 0 {
			return nil, "it must be of the characters that RFC 3986 allows"
		}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, "it is no URL"
	case u.Scheme != "https" && u.Scheme != "http" || !strings.HasPrefix(text, u.Scheme+"://"):
		return nil, "it must begin with https://"
	case u.User != nil || strings.Contains(u.Host, "@"):
		return nil, "it must have no user and password"
	case strings.Contains(text, "#"):
		return nil, "it must have no fragment"
	}
	if why := checkPort(u); why != "" {
		return nil, why
	}
	return u, n.checkHost(u)
}

func checkPort(u *url.URL) (why string) {
	port := u.Port()
	if port == "" {
		if strings.HasSuffix(u.Host, ":") {
			return "its port is empty"
		}
		return ""
	}
	number, err := strconv.Atoi(port)
	if err != nil || number < 1 || number > 65535 || strconv.Itoa(number) != port {
		return "its port must be from 1 to 65535"
	}
	return ""
}

// checkHost takes addresses as they are written, and names that no reader takes for one.
func (n Networks) checkHost(u *url.URL) (why string) {
	const notCalled = "its host is not called"
	host, secure := u.Hostname(), u.Scheme == "https"
	bracketed := strings.HasPrefix(u.Host, "[")
	if a, err := netip.ParseAddr(host); err == nil {
		if a.Zone() != "" || a.Is4In6() || a.String() != host || a.Is4() == bracketed {
			return "its address must be written as it is usual"
		}
		if n.check(a, secure) != nil {
			return notCalled
		}
		return ""
	}
	switch {
	case bracketed || !isHostName(host):
		return "its host must be a name of letters, digits, hyphens and dots, or an address"
	case !secure && len(n.Allowed) == 0:
		return "it must begin with https://"
	case isLocalName(host) && !n.allows(netip.MustParseAddr("127.0.0.1")) && !n.allows(netip.IPv6Loopback()):
		return notCalled
	}
	return ""
}

// isHostName accepts names of the domain name system (RFC 1123 section 2.1). A last label
// of digits, or in hexadecimal, is the end of an address to many readers.
func isHostName(host string) bool {
	const longest, longestLabel = 253, 63
	if len(host) > longest {
		return false
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || len(label) > longestLabel || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
			return false
		}
	}
	last := strings.ToLower(labels[len(labels)-1])
	_, err := strconv.ParseUint(last, 0, 64)
	return err != nil && strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}

// isLocalName reports names that are this machine's by definition (RFC 6761).
func isLocalName(host string) bool {
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
