package main

import (
	"io/fs"
	"syscall"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/egress/pins"
	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/policy"
	"github.com/getbindu/bindu-go/skill"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/postgres"
	"github.com/getbindu/bindu-go/task/sqlite"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// diagnosis is what the program says beside an error's own text.
type diagnosis struct {
	err    error
	reason string
	hint   string // "" where the text names the remedy
}

// diagnoses is the one table from errors to words and remedies; words of what an
// agent refuses, too, are those of its catalogue. The first
// match counts: what is wrapped by another error stands before it.
func diagnoses() []diagnosis {
	return []diagnosis{
		// The directory.
		{home.ErrLocked, "already_running", "stop the agent that runs in this directory, or give this one its own AGENT__DIR"},
		{home.ErrInsecurePermissions, "insecure_permissions", "check who could have read or replaced the file before you repair its mode: a key that others could read is no secret any more"},
		{home.ErrNotDirectory, "unsafe_path", "name a directory, or a path where nothing is yet: the agent makes it with mode 0700; a link is not followed"},
		{home.ErrUnsafePath, "unsafe_path", "put a plain file of your own there; links and special files are never followed"},
		{home.ErrIdentityChanged, "identity_changed", ""},
		{home.ErrIdentityCorrupt, "identity_corrupt", ""},
		{home.ErrIdentityAmbiguous, "identity_ambiguous", ""},
		{home.ErrNoIdentity, "identity_missing", `run "agent serve" once: it makes the key and the name; or set AGENT__DIR to the directory that has them`},
		{home.ErrReadOnly, "directory_incomplete", `run "agent serve" once: it completes the directory, which this command only reads`},
		{keymemory.ErrCorrupt, "remembered_keys_corrupt", ""},
		{sqlite.ErrCorrupt, "tasks_corrupt", ""},
		{postgresdb.ErrURL, "database_url_invalid", "TASK__DATABASE_URL is postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full; bytes that mean something in a URL are written as %XX in the password"},
		{postgresdb.ErrInsecure, "database_insecure", "without it, whoever is on the way could read and change the tasks; docs/operations.md says what each sslmode means"},
		{postgresdb.ErrAccess, "database_refused", "look at user, password and database of TASK__DATABASE_URL, and whether the role may create the schema agent or owns it"},
		{postgresdb.ErrTLS, "database_tls", "sslrootcert of TASK__DATABASE_URL names the file with the authority that vouches for the server, whose certificate has the host's name; the server must have TLS switched on"},
		{postgresdb.ErrForeign, "database_foreign", "give each agent a database of its own"},
		{postgresdb.ErrAway, "database_unavailable", "look whether PostgreSQL runs at the host and port of TASK__DATABASE_URL, and has connections and room left"},
		{postgres.ErrServed, "database_in_use", "another process took this one's place at TASK__DATABASE_URL while the database did not answer here, and serves alone: it remembers keys of callers (DID__REMEMBER_KEYS), or is of a version that shares no memory of replays"},
		{task.ErrStorage, string(refusal.StorageUnavailable), "make room on the disk of AGENT__DIR, and look whether it may be written; another process may also hold tasks.db"},
		{keymemory.ErrFull, "key_memory_full", ""},
		{home.ErrNotRemembered, "key_not_known", `"agent key list" shows what is remembered`},
		{errNoTasksOf, "owner_not_known", `"agent tasks list" shows whose tasks are kept`},
		{home.ErrNotTaken, "decision_waits", "it takes it in at its next look, or says on /readyz and in its log why it cannot"},
		{did.ErrKeyPassword, "key_password", "set AGENT__KEY_PASSWORD to the password of private.pem, or unset it if the key is not encrypted"},
		{did.ErrKeyCorrupt, "key_corrupt", ""},
		{did.ErrKeyExists, "key_exists", ""},
		{home.ErrTooLarge, "file_too_large", "that is no file of an agent; restore it from a backup"},

		// A registrar.
		{registrarapi.ErrRevoked, "revoked", ""},
		{registrarapi.ErrPending, "registration_pending", ""},
		{registrarapi.ErrTokenRequired, "enrolment_token_required", ""},
		{registrarapi.ErrTokenRefused, "enrolment_token_refused", ""},
		{registrarapi.ErrNotKeyBound, string(refusal.NotKeyBound), ""},
		{registrarapi.ErrSecretWeak, "secret_weak", ""},
		{registrarapi.ErrSecretEnded, "secret_ended", "restart the agent, or let it run: it makes another secret itself"},
		{registrarapi.ErrNotRegistered, "client_lost", ""},
		{registrarapi.ErrUnbound, "key_unbound", ""},
		{registrarapi.ErrForeignWriter, "foreign_writer", ""},
		{registrarapi.ErrClock, "clock_skew", ""},
		{registrarapi.ErrBusy, "registrar_busy", ""},
		{registrarapi.ErrUntrusted, "registrar_untrusted", "compare REGISTRAR__URL with REGISTRAR__DID, which the registrar's operator knows, and MTLS__CA_FINGERPRINT with its certificate authority"},
		{registrarapi.ErrStatement, "registrar_invalid", "REGISTRAR__DID has to follow from the key that the registrar signs with, and the clocks must not differ by half a minute"},
		{registrarapi.ErrDatabase, "registrar_unavailable", "the registrar answers, and its operator sees on its /readyz what is wrong with the database"},
		{registrarapi.ErrUnreachable, "registrar_unavailable", "check REGISTRAR__URL, and that the registrar runs"},
		{registrarapi.ErrRefused, "registrar_refused", ""},

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
		{hydra.ErrKeyUnavailable, string(refusal.KeyUnavailable), "the other agent has to register its key as metadata.public_key"},
		{oidc.ErrClientRejected, "client_refused", "compare AUTH__CLIENT_ID, AUTH__CLIENT_SECRET and AUTH__OUTBOUND_AUDIENCE with the issuer's registration of our client; AUTH__OUTBOUND_AUDIENCE_STYLE is how the audience is asked for"},
		{home.ErrNoCredentials, "credentials_missing", `run "agent serve" once: it registers the agent and keeps its credentials`},

		// step-ca and certificates.
		{mtls.ErrNoIdentity, "certificate_unusable", `run "agent serve" first: it obtains a certificate and keeps it fresh; "agent cert" shows what is there`},
		{mtls.ErrClockSkew, "clock_skew", ""},
		{mtls.ErrCABadCertificate, "ca_bad_certificate", ""},
		{mtls.ErrCAUntrusted, "ca_untrusted", ""},
		{mtls.ErrPeerMismatch, "peer_did_mismatch", "nothing was sent; compare the address with the DID, and ask the agent's operator if both seem right"},

		// Issuers, their clients, and who may do what.
		{agent.ErrNoToken, "token_unavailable", ""},
		{agent.ErrIssuerCA, "issuer_ca_unusable", "name a PEM file with the certificate of the authority that vouches for the issuers, or unset it to trust the system's"},
		{oidc.ErrDIDMap, "did_map_invalid", "docs/issuers.md shows the form of the file"},
		{oidc.ErrConfig, "issuer_invalid", ""},
		{agent.ErrCommand, "command_unusable", "AGENT__COMMAND names a program that is executable and is a path or stands in the agent's PATH; no shell looks for it"},
		{home.ErrUnwritable, "directory_unwritable", ""},
		{fetch.ErrProxy, "proxy_invalid", ""},
		{stepca.ErrConfig, "ca_root_unusable", "MTLS__CA_ROOT_FILE names a PEM file with the root certificate of the certificate authority; MTLS__CA_FINGERPRINT does without a file"},
		{skill.ErrFile, "skills_invalid", "docs/wire-format.md describes the file under Skills"},
		{policy.ErrFile, "policy_invalid", "docs/policy.md describes the file; \"agent policy test\" tries it"},

		// Other agents.
		{egress.ErrFile, "peers_invalid", "docs/sidecar.md describes the file"},
		{agent.ErrSocket, "socket_unusable", ""},
		{agent.ErrNoPeer, string(refusal.PeerUnlisted), ""},
		{pins.ErrCorrupt, string(refusal.PinsUnavailable), "\"agent egress forget NAME\" has the peer seen anew"},
		{home.ErrSecret, "secret_malformed", ""},
		{peer.ErrCardMismatch, "did_document_mismatch", "nothing was sent; the operator of that agent has to make its card and its certificate name the same DID"},
		{peer.ErrCardSignature, "card_signature_invalid", "nothing was sent; whatever stands between the agent and us may have changed the card, or the agent has another key than the one known for it"},
		{peer.ErrBinding, "binding_unsupported", "nothing was sent; leave --binding out, or name one of supportedInterfaces on the peer's card"},
		{peer.ErrCard, "card_invalid", "nothing was sent; look at the card at /.well-known/agent-card.json of the address"},
		{peer.ErrAddress, "address_invalid", ""},
		{peer.ErrUnsigned, "answer_unsigned", "the peer's card says that it signs its answers; whatever stands between may have taken the signature away. What was asked may have been done"},
		{peer.ErrAnswerSignature, "answer_signature_invalid", "whatever stands between the agent and us may have changed the answer, or the agent has another key than the one known for it. What was asked may have been done"},
		{peer.ErrCut, "answer_cut", "what was asked may go on: \"agent call --task\" fetches the result"},
		{peer.ErrAnswerKey, "answer_key_unknown", "nothing was sent; name the key with DID__PINNED_KEYS"},
		{peer.ErrRedirect, "redirected", "call the address that the redirect names, if you trust it"},
		{peer.ErrHandshakeRefused, "handshake_refused", `the peer's log says why; "agent cert" shows what we present, and both sides need the same certificate authority`},
		{peer.ErrTimeout, "timeout", "the peer may be busy or blocked by a firewall; NETWORK__REQUEST_TIMEOUT sets how long a request may take"},
		{peer.ErrToken, "token_unavailable", "check that the authority that gives us tokens answers: HYDRA__PUBLIC_URL, or with AUTH__CLIENT_ID the issuer or AUTH__TOKEN_URL"},
		{peer.ErrReply, "reply_malformed", "the peer does not speak A2A at this address, or has a fault"},
		{peer.ErrTooLarge, "reply_too_large", ""},
		{peer.ErrUnreachable, "peer_unreachable", "check the address and that the agent runs; an agent that refuses our certificate may also just hang up"},
		{errTaskCanceled, "task_canceled", "whoever has its id can end a task; what there is of its answer was printed"},
		{errTaskFailed, "task_failed", ""},

		// What is wrapped by the above.
		{oauth.ErrUnavailable, "hydra_unavailable", "check HYDRA__PUBLIC_URL, and that Hydra runs; HYDRA__ADMIN_URL too where there is no REGISTRAR__URL"},
		{oauth.ErrInvalidResponse, "hydra_invalid", "check that HYDRA__PUBLIC_URL leads to the public API of an Ory Hydra, and HYDRA__ADMIN_URL, where there is no REGISTRAR__URL, to its admin API"},
		{did.ErrMalformed, string(refusal.DIDMalformed), ""},
		{did.ErrWeakKey, string(refusal.KeyWeak), ""},
		{did.ErrPublicKey, "public_key_malformed", ""},
		{peer.ErrCardKey, "card_key_unavailable", "nothing was sent; /.well-known/did.json of the peer has to answer with its DID document, or with 404 if it has none"},

		// What the system says.
		{fs.ErrNotExist, "file_missing", ""},
		{fs.ErrPermission, "file_unreadable", "look whom the file and its directories belong to, and as which user the agent runs"},
		{syscall.ENOSPC, "disk_full", "make room on the disk of the file"},
	}
}
