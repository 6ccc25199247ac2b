package hostile

// elsewhere is a row that other packages test, or that nothing tests and why.
type elsewhere struct {
	number     int
	sent, gets string
	tests      []string // "directory Test/subtest"; none says that gets is the reason
}

// elsewhereRows are what this suite's listener cannot show.
func elsewhereRows() []elsewhere {
	return []elsewhere{
		{16, "a resumed session of a client whose root was distrusted", "full handshake, then the alert of an unknown CA", []string{"transport/mtls TestResumptionAfterTheRootWasDistrusted", "transport/mtls TestVerifyConnectionChecksTheChainOfResumedSessions"}},
		{17, "a request of a DID that was taken off the allow list", "403 `policy_denied` on every connection, resumed ones too", []string{"internal/e2e TestEndToEndAllowedDIDs", "transport/mtls TestResumptionAfterThePolicyChanged"}},
		{22, "to our client: a good certificate of another DID than the one dialled", "the client aborts before a header leaves", []string{"peer TestHostile022PeerDIDMismatch", "transport/mtls TestNothingReachesTheWrongPeer"}},
		{43, "to our client: its own request, relayed", "does not verify anywhere else", []string{"peer TestHostile043RelayedRequestDoesNotVerify"}},
		{44, "a JWT without signature, where tokens are verified locally", "401 `token_alg`", []string{"oauth/oidc TestHostile/044_045_token_alg"}},
		{45, "a JWT signed with HS256 and the public key, where tokens are verified locally", "401 `token_alg`", []string{"oauth/oidc TestHostile/044_045_token_alg"}},
		{47, "a token of a key that the issuer has just introduced", "one fetch of the key set, then 200", []string{"oauth/oidc TestHostile047Rotation"}},
		{48, "10,000 tokens with random key ids", "401 `token_kid`, at most one fetch in 30 s", []string{"oauth/oidc TestHostile048KidFlood"}},
		{80, "a replay after kill -9, after a loss of power, with a damaged memory", "409 `replayed`, or 503 `replay_unavailable` until it can be judged", []string{"gate/replay TestHostile080KilledAtAnyMoment", "gate/replay TestHostile080LossOfPower", "gate/replay TestHostile080DamagedMemory"}},
		{81, "a replay to a second instance of one agent", "out of scope: instances do not share what they remember, unless they are given one store; then 409 `replayed`", []string{"gate TestHostile081ReplayAtASecondInstance"}},
		{82, "our client repeats a request", "signed anew each time", []string{"peer TestHostile082RepeatsAreSignedAnew"}},
		{83, "a million signatures", "429 `rate_limited`; memory is bounded", []string{"gate/replay TestHostile083FloodOfOneCaller", "gate/replay TestHostile083AMillionOwners"}},
		{102, "a request on which a handler panics", "500 `internal` with the request's id, no stack on the wire", []string{"gate TestHostile102PanicInAHandlerIsAnAnswer"}},
		{104, "members of another case inside params", "unknown members, never stand-ins", []string{"a2a TestHostile/104_"}},
		{112, "every method on a foreign task, in both versions of the protocol", "the same bytes as for an unknown id", []string{"a2a TestHostile112", "task TestHostile/112_foreign_task_is_an_unknown_task"}},
		{113, "a page token of somebody else's list", "−32602", []string{"task TestHostile/113_lists_show_ones_own"}},
		{114, "a message into somebody else's context", "the answer for a new context; theirs unchanged", []string{"task TestHostile/114_foreign_context_is_a_new_one"}},
		{116, "cancelling against completing, 1000 rounds", "one terminal state", []string{"task TestHostile/116_cancel_against_complete"}},
		{117, "a message to a task that has ended", "the error of the A2A specification; task unchanged", []string{"task TestHostile/117_message_to_an_ended_task"}},
		{118, "somebody else's stream", "out of scope: streams are refused as unsupported, so that none can be confused", nil},
		{120, "a token that ends during a stream", "out of scope: streams are refused as unsupported", nil},
		{122, "a webhook whose name resolves differently later", "out of scope: webhooks are refused, none is ever called", nil},
		{123, "a webhook that answers without end", "out of scope: webhooks are refused, none is ever called", nil},
		{124, "a webhook on somebody else's task", "−32003, as for any task", []string{"a2a TestHostile/124_webhook_on_any_task"}},
		{125, "to our client: a card of 1 GiB, a redirect, another DID's card", "bounded, not followed, refused", []string{"peer TestHostile125Cards", "peer TestRedirectsAreNotFollowed"}},
		{126, "too many tasks, messages or bytes of one DID", "429 `quota_exceeded`", []string{"task TestHostile/126_quota_exceeded_tasks", "task TestHostile/126_quota_exceeded_bytes", "a2a TestHostile126"}},
		{128, "an executor that blocks, floods or writes late", "task failed, its place free", []string{"task TestHostile/128_executor_blocks_for_ever", "task TestHostile/128_executor_answers_without_end", "task TestHostile/128_executor_writes_after_the_end"}},
		{131, "a private key that is cut, empty or flipped", "exit 1 `key_corrupt`, file untouched, no new identity", []string{"identity/did Test131EveryFlippedBit", "cmd/agent TestScripts/hostile_131_key_corrupt"}},
		{132, "a key that is not the DID's", "exit 1 `identity_changed`", []string{"cmd/agent TestScripts/hostile_132_identity_changed"}},
		{133, "files or a directory that others may read or write", "exit 1 `insecure_permissions`", []string{"internal/safefile TestHostile133InsecurePermissions", "cmd/agent TestScripts/hostile_133_insecure_permissions"}},
		{134, "links, FIFOs and directories in place of files", "exit 1 `unsafe_path`", []string{"internal/safefile TestHostile134UnsafePath", "cmd/agent TestScripts/hostile_134_unsafe_path"}},
		{135, "a full or read-only disk", "old files intact; `storage_unwritable`", []string{"internal/safefile TestHostile135OldOrNewContentAtEveryFault", "identity/did Test135FullDisk", "gate/replay TestHostile135FullDiskRefusesAndRecovers"}},
		{136, "a second process in one directory", "exit 1 `already_running`", []string{"internal/safefile TestHostile136SecondLockIsRefused", "agent TestHostile136LockThatStaysIsRefused", "cmd/agent TestHostile136ServeInADirectoryInUse"}},
		{137, "kill -9 between the steps of saving", "a matching pair at the next start", []string{"internal/chaos TestHostile137KilledAtAnyMoment", "internal/safefile TestHostile137PowerFailsAtAnyMoment", "transport/mtls TestSaveIsOneStep"}},
		{141, "reading logs, errors and output for secrets", "none", []string{"settings TestNoSecretIsEverRepeated", "oauth/hydra TestReconcileNeverLogsASecret", "oauth/hydra TestErrorsDoNotShowTheToken", "transport/mtls TestTokenNeverAppearsInErrors"}},
		{142, "a start while Hydra is down", "waits and tries again; the private port stays closed", []string{"agent TestPersistRepeatsPassingFailuresOnly", "internal/e2e TestEndToEndHydraDown"}},
		{143, "a start while step-ca is down", "`ca_unavailable` until it is back", []string{"internal/e2e TestEndToEndStepCADownAndBack"}},
		{144, "a CA whose provisioner is dead", "`ca_provisioner_disabled`", []string{"transport/mtls TestRefusals/144_provisioner_uninitialized"}},
		{145, "a token from before the CA's restart", "a new one for each attempt", []string{"oauth/hydra TestFreshTokensAreNeverReused", "transport/mtls TestEveryEnrolmentHasItsOwnTokenAndKey"}},
		{146, "a one-time token twice", "refused; it was burnt by the first use", []string{"transport/mtls TestRealStepCA/146_token_is_single_use"}},
		{148, "a wiped Hydra", "recreated with the same secret; `ca_jwks_stale` until the CA knows the new key", []string{"internal/e2e TestEndToEndReconciliation/148_Hydra wiped", "transport/mtls TestRefusals/148_key_unknown_to_the_ca"}},
		{149, "lost credentials", "a new secret if the registered key is ours, else `did_taken`", []string{"internal/e2e TestEndToEndReconciliation/149_secret lost", "internal/e2e TestEndToEndReconciliation/149_did_taken by another key"}},
		{150, "two agents that register one DID", "one wins, the other adopts or is told `did_taken`", []string{"oauth/hydra TestReconcileLosesTheRaceToRegister"}},
		{151, "drift of the registered client", "repaired, read back, proved", []string{"internal/e2e TestEndToEndReconciliation"}},
		{153, "clocks ten minutes apart", "`clock_skew`", []string{"transport/mtls TestClockSkew", "transport/mtls TestWallClockSteps"}},
		{154, "a root that is replaced", "overlap without failures; the removed one is refused", []string{"internal/e2e TestEndToEndRootIsReplaced", "transport/mtls TestRootOverlap", "transport/mtls TestExpiryAndDistrustReachOpenConnections/154_removed_root"}},
		{155, "a CA with another fingerprint", "`ca_fingerprint_mismatch`", []string{"transport/mtls TestTrustStartsFromTheFingerprintAlone/155_another_root"}},
		{156, "a certificate for another DID or key, a CA's, one of ten years", "`ca_bad_certificate`, the old one kept", []string{"transport/mtls TestBadCertificatesAreRefused/156_"}},
		{157, "a certificate that renews itself", "401, where renewal is disabled", []string{"transport/mtls TestRealStepCA/157_certificate_cannot_renew_itself", "transport/mtls TestCheckProvisioner"}},
		{158, "renewal that fails for the whole window", "warned, then not ready; recovers alone", []string{"transport/mtls TestCADownForTheWholeWindow"}},
		{159, "SIGTERM during a renewal", "ends at once, no half state", []string{"transport/mtls TestRunEndsDuringAnAttempt"}},
		{160, "a thousand agents that lost one authority", "all are up, none asks more than three times; full jitter under a doubling ceiling", []string{"internal/e2e TestEndToEndColdStart", "agent TestHostile160PausesHaveFullJitterUnderADoublingCeiling", "transport/mtls TestJitterSpreadsAFleet"}},
		{163, "2 MiB of `[5e-324,…]`, of `[1,1,…]`, of names, of whatever a parser is slow at", "at most a constant times the processor time of an ordinary body, 4 × its length of memory", []string{"identity/did TestHostile163CanonicalFormCostsWhatItsLengthDoes", "identity/did TestHostile163SignatureThatDoesNotVerify", "internal/jsonrpc TestHostile163EnvelopesCostWhatTheirLengthDoes", "policy TestHostile163JudgingARequestCostsWhatItsLengthDoes"}},
		{164, "the same in a data part that is stored, then listed", "what any JSON of that length costs", []string{"a2a TestHostile164MessagesCostWhatTheirLengthDoes", "a2a TestHostile164ListTasks", "internal/freeform TestHostile164ManyValuesStayText"}},
		{165, "4 KiB of it to `/did/resolve`, or in a token", "under 1 ms", []string{"identity/did TestHostile165ResolveCostsWhatItsLengthDoes", "internal/jsonnumber TestHostile165NumbersOfAClaimSetCostWhatTheirLengthDoes"}},
		{174, "to our client: a reply of 1 MiB that wraps a task 9,000 times", "an error within 100 ms", []string{"peer TestHostile174NestedReply", "peer TestHostile174WrappedReply", "peer TestHostile174ReadingAReplyEndsWithTheContext", "peer TestHostile174RepliesCostWhatTheirLengthDoes"}},
	}
}
