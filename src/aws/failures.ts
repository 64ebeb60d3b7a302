// How the SDK's errors are told apart. By name and never by class: AWS answers with names that the SDK's
// model does not have, and CloudWatch spells several of them in two ways.

/** The role could not be assumed. It has a name of its own: STS's names would be taken for the service's. */
export const ASSUME_ROLE_FAILED = 'AssumeRoleFailed';
export const NO_CREDENTIALS = 'CredentialsProviderError';
export const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException']);

const THROTTLED = /^(Throttl|TooManyRequests|RequestLimitExceeded)/;
const MISTIMED = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);
/** AWS holds the time of the signature against its own clock: it does not accept one of more than five minutes before or after. */
const SKEWED = /^RequestTimeTooSkewed$|^RequestInTheFuture$|^RequestExpired$/;
const SKEW_WORDS = /signature (expired|not yet current)|is (now earlier|still later) than/i;
/** Nobody heard the request. */
const NOT_CONNECTED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
]);
/** Somebody may have heard it. */
const CUT_OFF = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** AWS refused it for being one too many; it took no effect. Lambda answers 429, CloudWatch 400. */
export function isThrottled({
  name,
  status,
}: {
  readonly name: string;
  readonly status: number | undefined;
}): boolean {
  return status === 429 || THROTTLED.test(name);
}

/** Whether the same request may well succeed a moment later. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // What may pass is why the role could not be assumed.
  if (error.name === ASSUME_ROLE_FAILED) return mayPass(error.cause);
  const status = statusOf(error);
  const code = codeOf(error);
  return (
    isThrottled({ name: error.name, status }) ||
    (status !== undefined && status >= 500) ||
    error.name === 'TimeoutError' ||
    NOT_CONNECTED.has(code) ||
    CUT_OFF.has(code) ||
    ('$retryable' in error && error.$retryable !== undefined) ||
    // The SDK has set its clock by AWS's answer, and signs the next request with that.
    (MISTIMED.has(error.name) && metadataOf(error).clockSkewCorrected === true)
  );
}

/** Whether the request surely took no effect: AWS refused it, or it was never sent. */
export function tookNoEffect(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = statusOf(error);
  return (
    (status !== undefined && status >= 400 && status < 500) ||
    error.name === ASSUME_ROLE_FAILED ||
    error.name === NO_CREDENTIALS ||
    NOT_CONNECTED.has(codeOf(error))
  );
}

/** The HTTP status of the reply; nothing when none came. */
export function statusOf(error: Error): number | undefined {
  return metadataOf(error).httpStatusCode;
}

/** Node's code of what happened to a socket; empty when nothing did. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** As Node and OpenSSL name what a TLS connection breaks of: `SELF_SIGNED_CERT_IN_CHAIN`, `ERR_SSL_WRONG_VERSION_NUMBER`, … */
const UNTRUSTED = /^(EPROTO|ERR_SSL_|ERR_TLS_|UNABLE_TO_|(.+_)?CERT_)|_CERT$/;

/** What keeps a request from reaching AWS; undefined when it is something else. */
export function troubleOf(error: Error): 'no such host' | 'untrusted' | 'unreachable' | undefined {
  const code = codeOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'no such host';
  if (UNTRUSTED.test(code)) return 'untrusted';
  if (NOT_CONNECTED.has(code) || CUT_OFF.has(code)) return 'unreachable';
  return statusOf(error) === undefined && /proxy/i.test(error.message) ? 'unreachable' : undefined;
}

/** Whether it is the machine's clock that AWS has something against, and not its keys. */
export function isSkewed({ name, message }: Pick<Error, 'name' | 'message'>): boolean {
  return SKEWED.test(name) || (MISTIMED.has(name) && SKEW_WORDS.test(message));
}

/** For how long AWS asks to be left alone, in milliseconds. */
export function retryAfterMs(error: unknown): number {
  const isTold =
    error instanceof Error &&
    'retryAfterSeconds' in error &&
    typeof error.retryAfterSeconds === 'string';
  const seconds = isTold ? Number(error.retryAfterSeconds) : 0;
  return Number.isFinite(seconds) ? Math.max(seconds, 0) * 1000 : 0;
}

/** The SDK hangs this on errors of every kind, its own and those of the socket. */
function metadataOf(error: Error): {
  readonly httpStatusCode?: number;
  readonly clockSkewCorrected?: boolean;
} {
  return '$metadata' in error && typeof error.$metadata === 'object' && error.$metadata !== null
    ? error.$metadata
    : {};
}
