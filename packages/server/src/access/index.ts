// access: who may.
// Owns     token, secret, audit.
// Tells    nothing; where a token is revoked, the caller hints others to call `TokenFinder.forget`.
// Hears    nothing.
// Settings SIGNALBOX_LOGIN, SIGNALBOX_PUBLIC_URL, SIGNALBOX_SECRET_KEY, SIGNALBOX_SECRET_KEY_FILE, given as values.
export { type AuditDetail, audit } from './audit.ts';
export { ensureAdministrator, ensureWorkerToken } from './bootstrap.ts';
export { createDoorkeeper, type Doorkeeper, type DoorkeeperOptions, type Knock } from './doorkeeper.ts';
export { createTokenFinder, type LiveToken, type TokenFinder, type TokenFinderOptions } from './find-token.ts';
export { type Key, type KeySource, loadKey } from './key.ts';
export { type ListenDecision, mayListen } from './listen.ts';
export { type Headers, isLoopbackAddress } from './peers.ts';
export { checkPools } from './pools.ts';
export { type AuditAsked, readAudit } from './read-audit.ts';
export { listSecrets, type OpenedSecrets, openSecrets, removeSecret, type SecretName, setSecret } from './secrets.ts';
export type { SessionSettings } from './session.ts';
export { type TokenKind, tokenPattern } from './token-secret.ts';
export { createToken, listTokens, type NewToken, personTokenDays, revokeToken, type TokenRequest } from './tokens.ts';
export { type Asking, type Caller, type Decision, holds, type Login, whoAsks } from './who.ts';
