package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/operator"
	"github.com/getbindu/bindu-go/registrar/postgres"
	"github.com/getbindu/bindu-go/registrar/sqlite"
	"github.com/getbindu/bindu-go/registrar/webhook"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// diagnosis is what the program says beside an error's own text.
type diagnosis struct {
	err    error
	reason string
	hint   string // "" where the text names the remedy
}

// diagnoses is the one table from errors to words and remedies. The first match
// counts: what is wrapped by another error stands before it.
func diagnoses() []diagnosis {
	return []diagnosis{
		// The operator's socket.
		{operator.ErrNotRunning, "registrar_not_running", `start it with "registrar serve", or set REGISTRAR__DIR to the directory of the one that runs`},
		{operator.ErrNotTheOperator, "operator_refused", "somebody else listens in the directory: look whom it belongs to, and what runs there"},
		{operator.ErrRefused, "operator_refused", "run the command as the user that runs the registrar, or as root; its log says who asked"},
		{operator.ErrEnded, "registrar_ended", `start it again, look with "registrar show" or "registrar clients" what has happened, and ask again`},

		{errNotImported, "not_imported", "each that was not is listed with its word: docs/troubleshooting.md has the remedy under it"},

		// The admin port.
		{errUnreachable, "admin_unreachable", `start it with "registrar serve", or compare NETWORK__ADMIN_HOST and NETWORK__ADMIN_PORT with its settings`},

		// The directory.
		{home.ErrLocked, "already_running", "stop the registrar that runs in this directory, or give this one its own REGISTRAR__DIR"},
		{home.ErrInsecurePermissions, "insecure_permissions", "check who could have read or replaced the file before you repair its mode: a key that others could read is no secret any more"},
		{home.ErrNotDirectory, "unsafe_path", "name a directory, or a path where nothing is yet; a link is not followed"},
		{home.ErrUnsafePath, "unsafe_path", "put a plain file of your own there; links and special files are never followed"},
		{home.ErrIdentityChanged, "identity_changed", ""},
		{home.ErrIdentityCorrupt, "identity_corrupt", ""},
		{home.ErrIdentityAmbiguous, "identity_ambiguous", ""},
		{home.ErrNoIdentity, "identity_missing", `run "registrar serve" once: it makes the key and the name; or set REGISTRAR__DIR to the directory that has them`},
		{home.ErrReadOnly, "directory_incomplete", `run "registrar serve" once: it completes the directory, which this command only reads`},
		{home.ErrUnwritable, "directory_unwritable", ""},
		{home.ErrTooLarge, "file_too_large", "that is no file of a registrar; restore it from a backup"},
		{sqlite.ErrCorrupt, "database_corrupt", "restore registrar.db from a backup, with registrar.db-wal and registrar.db-shm out of the way; docs/registrar.md says what is lost with that"},
		{postgres.ErrURL, "database_url_invalid", "REGISTRAR__DATABASE_URL is postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full; bytes that mean something in a URL are written as %XX in the password"},
		{postgres.ErrInsecure, "database_insecure", "without it, whoever is on the way could read and change what the registrar decides by; docs/registrar.md says what each sslmode means"},
		{postgres.ErrAccess, "database_refused", "look at user, password and database of REGISTRAR__DATABASE_URL, and whether the role may create the schema registrar or owns it"},
		{postgres.ErrTLS, "database_tls", "sslrootcert of REGISTRAR__DATABASE_URL names the file with the authority that vouches for the server, whose certificate has the host's name; the server must have TLS switched on"},
		{postgres.ErrForeign, "database_foreign", "give the registrar a database, or a schema registrar, of its own"},
		{postgres.ErrAway, "database_unavailable", "look whether PostgreSQL runs at the host and port of REGISTRAR__DATABASE_URL, and has connections and room left"},
		{registrar.ErrStorage, string(refusal.StorageUnavailable), "make room on the disk of REGISTRAR__DIR, and look whether it may be written; with REGISTRAR__DATABASE_URL, look whether PostgreSQL runs"},
		{did.ErrKeyPassword, "key_password", "set REGISTRAR__KEY_PASSWORD to the password of private.pem, or unset it if the key is not encrypted"},
		{did.ErrKeyCorrupt, "key_corrupt", ""},
		{did.ErrKeyExists, "key_exists", ""},

		// Hydra.
		{hydra.ErrDIDTaken, "did_taken", ""},
		{hydra.ErrKeyChanged, "key_changed", ""},
		{hydra.ErrClientDeleted, "client_deleted", ""},
		{hydra.ErrClientLost, "client_lost", ""},
		{hydra.ErrRegistrationCorrupt, "registration_corrupt", ""},
		{hydra.ErrSecretRejected, "secret_rejected", ""},
		{hydra.ErrAudienceNotAllowed, "audience_not_allowed", ""},
		{hydra.ErrScopeNotAllowed, "scope_not_allowed", ""},
		{hydra.ErrClientRefused, "client_refused", ""},
		{hydra.ErrOpaqueToken, "opaque_token", ""},
		{hydra.ErrCredentialsCorrupt, "credentials_corrupt", ""},
		{hydra.ErrNotSettled, "registration_unstable", ""},

		// step-ca.
		{mtls.ErrCABadCertificate, "ca_bad_certificate", ""},
		{mtls.ErrCAUntrusted, "ca_untrusted", ""},
		{fetch.ErrProxy, "proxy_invalid", ""},
		{stepca.ErrConfig, "ca_root_unusable", "MTLS__CA_ROOT_FILE names a PEM file with the root certificate of the certificate authority; MTLS__CA_FINGERPRINT does without a file"},

		// What is wrapped by the above.
		{oauth.ErrUnavailable, boot.HydraAway, "check HYDRA__ADMIN_URL and HYDRA__PUBLIC_URL, and that Hydra runs"},
		{oauth.ErrInvalidResponse, "hydra_invalid", "check that HYDRA__ADMIN_URL and HYDRA__PUBLIC_URL lead to an Ory Hydra, and not the other way round"},
		{did.ErrMalformed, string(refusal.DIDMalformed), ""},
		{fs.ErrNotExist, "file_missing", ""},
		{fs.ErrPermission, "file_unreadable", "run the command as the user that runs the registrar, or as root"},
		{webhook.ErrHost, "webhook_certificate_wrong_host", "make the file anew at the CA for the host of REGISTRAR__WEBHOOK_URL, which is the one in ca.json, or of REGISTRAR__REFERENCE_URL; docs/registrar.md says how"},
		{webhook.ErrCertificate, "webhook_certificate_unusable", "make both files anew at the CA, together: a certificate for servers and its key; docs/registrar.md says how"},
		{syscall.ENOSPC, "disk_full", "make room on the disk of the file"},
	}
}

// hints are what to do about what the running registrar says.
var hints = map[string]string{
	"client_unknown":      `"registrar clients" shows who is registered, "registrar pending" who waits`,
	"own_did":             `name an agent: the registrar is none, and "registrar did" prints its DID`,
	"not_pending":         `"registrar pending" shows who waits, and the fingerprint to compare with the agent's`,
	"not_revoked":         `"registrar show" says how it stands; restoring is for a DID that was revoked, or whose client another hand deleted`,
	"revoked":             `the DID, or one with its key, is revoked: "registrar restore" lets that one register again; "registrar deny" takes one off the list that waits`,
	"token_unknown":       `"registrar token list" shows the ids`,
	"scopes_malformed":    "name one scope an argument, such as agent:read",
	"not_registered":      `"registrar show" says how it stands: only a registered agent has a secret`,
	"no_agent":            `"registrar import --list" shows which clients are agents`,
	"key_differs":         "the client was changed after it was reviewed: look at it again, and find out by whom",
	"did_bound":           `"registrar show" has the key that it is bound to, and who let it in`,
	"client_busy":         "the client is being changed; try again in a moment",
	"storage_unavailable": "make room on the disk of REGISTRAR__DIR, and look whether it may be written; with REGISTRAR__DATABASE_URL, look whether PostgreSQL runs",
}

// explain prints an error for a human: what happened, under its stable word, and
// what to do about it.
func explain(w io.Writer, err error) {
	if _, silent := errors.AsType[*cli.SilentError](err); silent {
		return
	}
	reason, hint := diagnose(err)
	fmt.Fprintf(w, "error [%s]: %s\n", reason, cli.ForTerminal(err.Error()))
	if hint != "" {
		fmt.Fprintf(w, "hint: %s\n", cli.ForTerminal(hint))
	}
}

// Words of exits that no table knows.
const (
	wordUsage    = "usage"    // the command line, or what it names, is wrong
	wordInternal = "internal" // none of the others: the text has to do
)

// diagnose returns the stable word for an error and a remedy, "" where there is none
// to add.
func diagnose(err error) (reason, hint string) {
	if said, ok := errors.AsType[*operator.Fault](err); ok {
		return said.Reason, hints[said.Reason]
	}
	if waiting, ok := errors.AsType[*notReadyError](err); ok {
		return waiting.reason, ""
	}
	if _, ok := errors.AsType[*settings.Error](err); ok {
		return "settings_invalid", `every fault is listed; docs/registrar.md describes the settings, and "registrar config" shows them`
	}
	if listen, ok := errors.AsType[*boot.ListenError](err); ok {
		if strings.HasSuffix(listen.Setting, "_HOST") {
			return "address_unavailable", ""
		}
		return "port_unavailable", ""
	}
	for _, d := range diagnoses() {
		if errors.Is(err, d.err) {
			return d.reason, d.hint
		}
	}
	if reason := mtls.Reason(err); reason != "" {
		return reason, ""
	}
	return otherWord(err), ""
}

func otherWord(err error) string {
	_, usage := errors.AsType[*cli.UsageError](err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case usage:
		return wordUsage
	}
	return wordInternal
}
