package settings

import "time"

// EnrolmentMode says how an agent is enrolled that has no enrolment token and
// whose DID follows from its key.
type EnrolmentMode string

// The modes there are.
const (
	EnrolWithToken EnrolmentMode = "token"   // nobody is
	EnrolApproved  EnrolmentMode = "approve" // whom the operator approves
	EnrolAll       EnrolmentMode = "open"    // everybody is
)

// RegistrarSelf says who the registrar is, and whom it registers as what.
type RegistrarSelf struct {
	Author      DIDPart `envconfig:"REGISTRAR__AUTHOR" desc:"Who answers for the registrar, usually an e-mail address: part of its DID; letters, digits, spaces and @ . - _." example:"you@example.com"`
	Name        DIDPart `envconfig:"REGISTRAR__NAME" default:"registrar" desc:"Name of the registrar: part of its DID, with the same characters. The DID of an existing directory is kept." example:"registrar"`
	Dir         Path    `envconfig:"REGISTRAR__DIR" default:".registrar" desc:"Directory of key, credentials, certificate, database and the operator's socket." example:"/var/lib/registrar"`
	KeyPassword Secret  `envconfig:"REGISTRAR__KEY_PASSWORD" desc:"Password of an encrypted private.pem." example:"correct horse battery staple"`
	DatabaseURL Secret  `envconfig:"REGISTRAR__DATABASE_URL" desc:"PostgreSQL in place of the database in REGISTRAR__DIR, which any number of registrars may share (docs/registrar.md). To another machine it needs sslmode; without a password in it, the server must need none." example:"postgres://registrar:secret@db.internal/registrar?sslmode=verify-full&sslrootcert=/etc/registrar/db_ca.pem"`

	Mode     EnrolmentMode `envconfig:"REGISTRAR__MODE" default:"token" desc:"Who may bind a DID that follows from its key: agents with an enrolment token; or, too, those that the operator approves; or everybody." example:"approve"`
	Scopes   Scopes        `envconfig:"REGISTRAR__SCOPES" default:"agent:read,agent:write" desc:"Scopes of an agent that was granted none by name. agent:admin is granted by name alone." example:"agent:read"`
	Audience Words         `envconfig:"REGISTRAR__AUDIENCE" derived:"MTLS__OIDC_AUDIENCE" desc:"Audiences for which agents may ask tokens. Without that of step-ca they get no certificate." example:"step-ca,agents"`
	TokenTTL Duration      `envconfig:"REGISTRAR__TOKEN_TTL" default:"5m" desc:"How long an access token of an agent lives, in whole seconds." example:"2m"`

	WebhookURL      HTTPSURL `envconfig:"REGISTRAR__WEBHOOK_URL" desc:"URL at which step-ca asks before it issues a certificate, as in its ca.json, with the path /step-ca/authorize. Without it nobody is asked, and a token of Hydra is enough for a certificate." example:"https://registrar:3785/step-ca/authorize"`
	WebhookCertFile Path     `envconfig:"REGISTRAR__WEBHOOK_CERT_FILE" desc:"PEM file with the certificate for the host of that URL and its chain. It is made at the CA, or by one that step-ca's machine trusts." example:"/etc/registrar/webhook_cert.pem"`
	WebhookKeyFile  Path     `envconfig:"REGISTRAR__WEBHOOK_KEY_FILE" desc:"PEM file with the key of that certificate." example:"/etc/registrar/webhook_key.pem"`
	UnannouncedDIDs DIDs     `envconfig:"REGISTRAR__UNANNOUNCED_DIDS" desc:"DIDs that get a certificate with a token of Hydra alone, because their agents cannot announce keys: agents of the Python reference. They need not be registered. None is issued for five minutes after their secret was ended." example:"did:bindu:you_at_example_com:poet:9f3c"`

	ReferenceURL      HTTPSURL `envconfig:"REGISTRAR__REFERENCE_URL" desc:"URL under which agents of the Python reference find, with their enrolment token, what they take for Hydra's admin API; without a path. Without it there is none." example:"https://registrar:3786"`
	ReferenceCertFile Path     `envconfig:"REGISTRAR__REFERENCE_CERT_FILE" desc:"PEM file with the certificate for the host of that URL and its chain, which those agents have to trust." example:"/etc/registrar/reference_cert.pem"`
	ReferenceKeyFile  Path     `envconfig:"REGISTRAR__REFERENCE_KEY_FILE" desc:"PEM file with the key of that certificate." example:"/etc/registrar/reference_key.pem"`

	ChangeTimeout        Duration `envconfig:"REGISTRAR__CHANGE_TIMEOUT" default:"30s" desc:"How long one change of a client at Hydra may take; after that others may settle it." example:"1m"`
	MaxChanges           Int      `envconfig:"REGISTRAR__MAX_CHANGES" default:"16" desc:"Clients that are written at Hydra at once. A registration waits five seconds for its turn, and is told then when to come back: a Hydra that has more to do than it can ends none of it in time." example:"64"`
	SettleInterval       Duration `envconfig:"REGISTRAR__SETTLE_INTERVAL" default:"10s" desc:"Time between two looks for changes that were begun and not ended." example:"30s"`
	CompareInterval      Duration `envconfig:"REGISTRAR__COMPARE_INTERVAL" default:"10m" desc:"Time between two rounds in which all clients at Hydra are compared with the database; what another hand changed is reported." example:"1h"`
	PendingTTL           Duration `envconfig:"REGISTRAR__PENDING_TTL" default:"24h" desc:"How long an agent waits for approval before it has to ask anew." example:"72h"`
	MaxPending           Int      `envconfig:"REGISTRAR__MAX_PENDING" default:"1000" desc:"Agents that wait for approval at once." example:"100"`
	MaxPendingPerAddress Int      `envconfig:"REGISTRAR__MAX_PENDING_PER_ADDRESS" default:"10" desc:"Those of them from one IPv4 address or one IPv6 network of 64 bits." example:"50"`
	MaxDIDsPerAddress    Int      `envconfig:"REGISTRAR__MAX_DIDS_PER_ADDRESS" default:"1000" desc:"DIDs that may be bound from one IPv4 address or one IPv6 network of 64 bits, ever." example:"100"`
}

func (r *RegistrarSelf) ranges() []bounds {
	return []bounds{
		lasts(&r.TokenTTL, time.Second, 5*time.Minute),
		lasts(&r.ChangeTimeout, 3*time.Second, 10*time.Minute),
		within(&r.MaxChanges, 1, 10000),
		lasts(&r.SettleInterval, 100*time.Millisecond, time.Hour),
		lasts(&r.CompareInterval, time.Second, 24*time.Hour),
		lasts(&r.PendingTTL, time.Minute, 2160*time.Hour),
		within(&r.MaxPending, 1, 1000000),
		within(&r.MaxPendingPerAddress, 1, 1000000),
		within(&r.MaxDIDsPerAddress, 1, 1000000),
	}
}

// RegistrarNetwork says where the registrar listens.
type RegistrarNetwork struct {
	Host       Host  `envconfig:"NETWORK__HOST" default:"127.0.0.1" desc:"Address the registrar listens on; 0.0.0.0 is every IPv4 interface." example:"0.0.0.0"`
	Port       Int   `envconfig:"NETWORK__PORT" default:"3783" desc:"Port the registrar listens on; 0 takes any free one." example:"3783"`
	AdminHost  Host  `envconfig:"NETWORK__ADMIN_HOST" default:"127.0.0.1" desc:"Address of /livez, /readyz and /metrics; they ask for no credentials." example:"127.0.0.1"`
	AdminPort  Int   `envconfig:"NETWORK__ADMIN_PORT" default:"3784" desc:"Port of /livez, /readyz and /metrics; 0 takes any free one." example:"3784"`
	AdminHosts Hosts `envconfig:"NETWORK__ADMIN_HOSTS" desc:"Names by which the admin port may be asked, besides localhost, NETWORK__ADMIN_HOST and every IP address; others get 421." example:"registrar,registrar.internal"`

	WebhookHost Host `envconfig:"NETWORK__WEBHOOK_HOST" default:"127.0.0.1" desc:"Address on which step-ca is answered; nobody but step-ca needs to reach it." example:"0.0.0.0"`
	WebhookPort Int  `envconfig:"NETWORK__WEBHOOK_PORT" default:"3785" desc:"Port on which step-ca is answered; 0 takes any free one." example:"3785"`

	ReferenceHost Host `envconfig:"NETWORK__REFERENCE_HOST" default:"127.0.0.1" desc:"Address on which agents of the Python reference are answered." example:"0.0.0.0"`
	ReferencePort Int  `envconfig:"NETWORK__REFERENCE_PORT" default:"3786" desc:"Port on which they are answered; 0 takes any free one." example:"3786"`
}

// Addr is the address of the registrar's listener, host:port.
func (n RegistrarNetwork) Addr() string { return joinHostPort(n.Host, n.Port) }

// AdminAddr is the address of the admin listener, host:port.
func (n RegistrarNetwork) AdminAddr() string { return joinHostPort(n.AdminHost, n.AdminPort) }

func (n *RegistrarNetwork) ranges() []bounds {
	return []bounds{
		within(&n.Port, 0, 65535),
		within(&n.AdminPort, 0, 65535),
		within(&n.WebhookPort, 0, 65535),
		within(&n.ReferencePort, 0, 65535),
	}
}

// RegistrarHydra says where the OAuth2 server is whose clients are registered.
type RegistrarHydra struct {
	AdminURL  URL `envconfig:"HYDRA__ADMIN_URL" desc:"Admin API of Ory Hydra, which nobody but the registrar should reach." example:"http://hydra-admin.internal:4445"`
	PublicURL URL `envconfig:"HYDRA__PUBLIC_URL" desc:"Public API of Ory Hydra: tokens and discovery." example:"https://hydra.internal"`

	HydraTimes
}

// RegistrarLimits bounds what one client of the registrar can cost.
type RegistrarLimits struct {
	PortLimits

	StrangerPerMinute    Int `envconfig:"LIMITS__STRANGER_PER_MINUTE" default:"60" desc:"Requests a minute from one IPv4 address or one IPv6 network of 64 bits that do not prove the registered key of the DID that they name, known or not, and as many at once. A thousand times as many are looked at for that, and more wait." example:"600"`
	StrangersPerMinute   Int `envconfig:"LIMITS__STRANGERS_PER_MINUTE" default:"600" desc:"Such registrations a minute from all addresses together, of those that bring no enrolment token that would be taken." example:"6000"`
	KnownPerMinute       Int `envconfig:"LIMITS__KNOWN_PER_MINUTE" default:"60" desc:"Registrations and announcements a minute of one DID that has proved its key, from all addresses together, and as many at once." example:"600"`
	QuestionsPerMinute   Int `envconfig:"LIMITS__QUESTIONS_PER_MINUTE" default:"12000" desc:"Questions about tokens and keys a minute of one DID that has proved its key, from all addresses together, and as many at once." example:"6000"`
	IntrospectionsPerDID Int `envconfig:"LIMITS__INTROSPECTIONS_PER_DID" default:"64" desc:"Questions about tokens of one DID that are taken to Hydra at once." example:"16"`
}

func (l *RegistrarLimits) ranges() []bounds {
	return append(l.PortLimits.ranges(), []bounds{
		within(&l.StrangerPerMinute, 1, 1000000),
		within(&l.StrangersPerMinute, 1, 1000000),
		within(&l.KnownPerMinute, 1, 1000000),
		within(&l.QuestionsPerMinute, 1, 100000000),
		within(&l.IntrospectionsPerDID, 1, 10000),
	}...)
}
