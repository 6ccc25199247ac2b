package postgresdb

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// ErrURL: the address of the database cannot be used. The text says why, and has
// nothing of the address but names of parameters.
var ErrURL = errors.New("the address of the database cannot be used")

// ErrInsecure: the address leads to another machine, and does not say whether the
// connection is encrypted and whom it trusts.
var ErrInsecure = errors.New("the connection to the database would not be safe: add sslmode=verify-full and sslrootcert to the address")

// parameters are those that an address may have. What else a driver would take
// changes what we rely on, or is a second name for the same.
var parameters = []string{
	"sslmode", "sslrootcert", "sslcert", "sslkey", "sslnegotiation", "channel_binding", "require_auth", "host",
}

// unset are parameters that must not come from the environment or from files in the
// home directory of who runs the program: what the address does not say is not set.
var unset = []string{
	"passfile", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslsni", "sslnegotiation",
	"min_protocol_version", "max_protocol_version", "channel_binding", "require_auth",
}

// Address is where a database is, and how it is reached. Its text is secret: it may
// have a password.
type Address struct {
	config *pgx.ConnConfig
	// Warning says what an operator should know of it, "" for nothing.
	Warning string
}

// Parse reads an address, postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=MODE, or
// with ?host=DIRECTORY for a Unix socket. Errors: [ErrURL], [ErrInsecure].
func Parse(text string) (Address, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return Address{}, fmt.Errorf("%w: it is no URL that begins with postgres://", ErrURL) // err would show it
	}
	if os.Getenv("PGSERVICE") != "" {
		return Address{}, fmt.Errorf("%w: the variable PGSERVICE names another; unset it", ErrURL)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Address{}, fmt.Errorf("%w: its parameters are malformed", ErrURL)
	}
	host, err := checkParts(u, query)
	if err != nil {
		return Address{}, err
	}
	mode, warning, err := security(host, query)
	if err != nil {
		return Address{}, err
	}
	config, err := configure(u, query, mode)
	return Address{config, warning}, err
}

// checkParts makes sure that nothing is left to be guessed, and returns the host: a
// name, an address, or the directory of a Unix socket.
func checkParts(u *url.URL, query url.Values) (host string, err error) {
	for name, values := range query {
		if !slices.Contains(parameters, name) {
			return "", fmt.Errorf("%w: it has the parameter %q; it may have %s", ErrURL, name, strings.Join(parameters, ", "))
		}
		if len(values) != 1 {
			return "", fmt.Errorf("%w: it has the parameter %q twice", ErrURL, name)
		}
	}
	host = u.Hostname()
	if socket := query.Get("host"); socket != "" {
		if host != "" || !strings.HasPrefix(socket, "/") || strings.Contains(socket, ",") {
			return "", fmt.Errorf("%w: the parameter host is for the directory of a Unix socket, without another host", ErrURL)
		}
		host = socket
	}
	switch {
	case host == "" || strings.Contains(u.Host, ","):
		return "", fmt.Errorf("%w: it must name one host", ErrURL)
	case u.User.Username() == "":
		return "", fmt.Errorf("%w: it names no user", ErrURL)
	case strings.Trim(u.Path, "/") == "":
		return "", fmt.Errorf("%w: it names no database", ErrURL)
	case u.Fragment != "":
		return "", fmt.Errorf("%w: it has a #; in a password that is %%23", ErrURL)
	}
	return host, nil
}

// security chooses what the connection is encrypted with. To this machine that may be
// nothing; to another one, whatever it is, the address says it.
func security(host string, query url.Values) (mode, warning string, err error) {
	mode = query.Get("sslmode")
	switch mode {
	case "disable", "require", "verify-ca", "verify-full":
	case "", "allow", "prefer":
		if !isHere(host) {
			return "", "", fmt.Errorf("%w (it leads to another machine, and sslmode is %q)", ErrInsecure, mode)
		}
		return "disable", "", nil
	default:
		return "", "", fmt.Errorf("%w: sslmode is none of disable, require, verify-ca, verify-full", ErrURL)
	}
	if isHere(host) {
		return mode, "", nil
	}
	switch {
	case mode == "disable":
		warning = "the connection to the database is not encrypted: whoever is on the way reads and changes what is kept there"
	case mode == "require" && query.Get("sslrootcert") == "":
		warning = "the database proves to nobody who it is (sslmode=require without sslrootcert): whoever is on the way can pose as it"
	}
	return mode, warning, nil
}

// isHere reports whether a connection does not leave this machine.
func isHere(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.HasPrefix(host, "/") || host == "localhost" || err == nil && ip.IsLoopback()
}

// configure is all that a connection has. Errors of the driver are not repeated: they
// would show the address.
func configure(u *url.URL, query url.Values, mode string) (*pgx.ConnConfig, error) {
	whole, all := *u, url.Values{}
	for _, name := range unset {
		all.Set(name, "")
	}
	all.Set("connect_timeout", fmt.Sprint(int(connecting.Seconds())))
	for name := range query {
		all.Set(name, query.Get(name))
	}
	all.Set("sslmode", mode)
	all.Set("target_session_attrs", "read-write") // a standby would refuse each change
	if _, given := u.User.Password(); !given {
		all.Set("password", "")
	}
	if u.Host == "" {
		all.Set("port", "5432")
	} else if u.Port() == "" {
		whole.Host = net.JoinHostPort(u.Hostname(), "5432")
	}
	whole.RawQuery = all.Encode()
	config, err := pgx.ParseConfig(whole.String())
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrURL, withoutAddress(err))
	}
	if encrypted := mode != "disable" && query.Get("host") == ""; encrypted != (config.TLSConfig != nil) || len(config.Fallbacks) > 0 {
		return nil, fmt.Errorf("%w: it would not be reached as sslmode says", ErrURL)
	}
	config.RuntimeParams = nil // those of a room, and no others
	return config, nil
}

// withoutAddress is what the driver says is wrong, which it says behind the address.
func withoutAddress(err error) string {
	if cause := errors.Unwrap(err); cause != nil {
		return cause.Error()
	}
	return "a parameter is malformed"
}
