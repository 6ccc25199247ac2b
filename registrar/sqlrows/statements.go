package sqlrows

import "strings"

// InsertHead gives a database that has no epoch one.
const InsertHead = `INSERT INTO head (epoch, seq) SELECT ?, 0 WHERE NOT EXISTS (SELECT 1 FROM head) ON CONFLICT DO NOTHING`

// What has expired is forgotten last, and without waiting for whoever has it: of two
// that forgot first, each could then wait for a row of its own that the other has.
const (
	selectClient = `SELECT document, revision, address, voucher, bound_at, secret_ended, ended_at, secrets, secrets_ended, removed_at FROM clients WHERE did = ?`
	listClients  = `SELECT did FROM clients WHERE did > ? ORDER BY did LIMIT ?`
	listListed   = `SELECT did FROM clients WHERE did > ? UNION SELECT did FROM tombstones WHERE revoked AND did > ? ORDER BY did LIMIT ?`
	countClients = `SELECT count(*) FROM clients LEFT JOIN tombstones ON tombstones.did = clients.did
		WHERE clients.address = ? AND NOT coalesce(tombstones.revoked, FALSE)`
	upsertClient = `INSERT INTO clients (did, document, revision, address, voucher, bound_at, secret_ended, ended_at, secrets, secrets_ended, removed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (did) DO UPDATE SET document = excluded.document, revision = excluded.revision,
		address = excluded.address, voucher = excluded.voucher, bound_at = excluded.bound_at, secret_ended = excluded.secret_ended,
		ended_at = excluded.ended_at, secrets = excluded.secrets, secrets_ended = excluded.secrets_ended,
		removed_at = excluded.removed_at`

	selectKeys        = `SELECT key, valid_from, valid_until FROM keys WHERE did = ? ORDER BY valid_from, key`
	selectRevokedWith = `SELECT k.did FROM (SELECT did FROM keys WHERE key = ? UNION SELECT did FROM buried_keys WHERE key = ?) AS k
		JOIN tombstones ON tombstones.did = k.did WHERE tombstones.revoked ORDER BY k.did LIMIT ?`
	insertBuriedKey = `INSERT INTO buried_keys (did, key) VALUES (?, ?) ON CONFLICT DO NOTHING`
	upsertKey       = `INSERT INTO keys (did, key, valid_from, valid_until) VALUES (?, ?, ?, ?)
		ON CONFLICT (did, key) DO UPDATE SET valid_from = excluded.valid_from, valid_until = excluded.valid_until`

	selectScopes = `SELECT scope FROM scopes WHERE did = ? ORDER BY scope`
	deleteScopes = `DELETE FROM scopes WHERE did = ?`
	insertScope  = `INSERT INTO scopes (did, scope) VALUES (?, ?) ON CONFLICT DO NOTHING`

	fromTombstones   = `SELECT did, revoked, seq, at, note FROM tombstones`
	selectTombstone  = fromTombstones + ` WHERE did = ?`
	selectTombstones = fromTombstones + ` WHERE seq > ? ORDER BY seq LIMIT ?`
	upsertTombstone  = `INSERT INTO tombstones (did, revoked, seq, at, note) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (did) DO UPDATE SET revoked = excluded.revoked, seq = excluded.seq, at = excluded.at, note = excluded.note`
	selectHead = `SELECT epoch, seq FROM head`
	beginEpoch = `UPDATE head SET epoch = ?, seq = ? WHERE epoch = ? AND seq = ?`
	advance    = `UPDATE head SET seq = seq + 1 RETURNING epoch, seq`

	forgetNonces = `DELETE FROM nonces WHERE (key, nonce) IN (SELECT key, nonce FROM nonces WHERE until < ? LIMIT 100 ` + SkipLocked + `)`
	insertNonce  = `INSERT INTO nonces (key, nonce, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`

	selectTokens = `SELECT hash, id, author, name, uses, max_uses, created_at, expires_at, reference FROM tokens`
	oneToken     = selectTokens + ` WHERE hash = ?`
	takeToken    = oneToken + ` ` + ForUpdate
	everyToken   = selectTokens + ` ORDER BY created_at, id`
	upsertToken  = `INSERT INTO tokens (hash, id, author, name, uses, max_uses, created_at, expires_at, reference) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET uses = excluded.uses, reference = excluded.reference`
	deleteToken = `DELETE FROM tokens WHERE id = ?`

	selectPending = `SELECT did, key, address, at, until FROM pending`
	onePending    = selectPending + ` WHERE did = ?`
	everyPending  = selectPending + ` WHERE until > ? ORDER BY at, did`
	upsertPending = `INSERT INTO pending (did, key, address, at, until) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (did) DO UPDATE SET key = excluded.key, address = excluded.address, at = excluded.at, until = excluded.until`
	forgetPending = `DELETE FROM pending WHERE did IN (SELECT did FROM pending WHERE until <= ? ` + SkipLocked + `)`
	deletePending = `DELETE FROM pending WHERE did = ?`

	selectAnnouncements = `SELECT did, tls_key, until FROM announcements WHERE did = ? ORDER BY until, tls_key`
	upsertAnnouncement  = `INSERT INTO announcements (did, tls_key, until) VALUES (?, ?, ?)
		ON CONFLICT (did, tls_key) DO UPDATE SET until = excluded.until`
	forgetAnnouncements = `DELETE FROM announcements WHERE (did, tls_key) IN (SELECT did, tls_key FROM announcements WHERE until <= ? ` + SkipLocked + `)`
	deleteAnnouncement  = `DELETE FROM announcements WHERE did = ? AND tls_key = ?`

	selectIntent = `SELECT did, revision, remove, document, holder, until FROM intents WHERE did = ?`
	selectLost   = `SELECT did FROM intents WHERE until <= ? ORDER BY until, did LIMIT ?`
	upsertIntent = `INSERT INTO intents (did, revision, remove, document, holder, until) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (did) DO UPDATE SET revision = excluded.revision, remove = excluded.remove, document = excluded.document,
		holder = excluded.holder, until = excluded.until`
	deleteIntent = `DELETE FROM intents WHERE did = ?`
)

// atOnce is how many DIDs a statement is about at most.
const atOnce = 128

// tombstonesOf is one text whatever is asked for, so that a database prepares it once.
var tombstonesOf = fromTombstones + ` WHERE did IN (?` + strings.Repeat(`, ?`, atOnce-1) + `)`
