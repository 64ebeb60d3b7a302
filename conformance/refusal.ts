/** What AWS refused a call with. */
export interface Refusal {
  /** 0 when there was no reply. */
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

export function refusalOf(error: unknown): Refusal {
  const { name, message, $metadata } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  return { status: $metadata?.httpStatusCode ?? 0, name, message };
}

/** Who may not ask, asks too often, or gets an answer that is none of AWS’s, learns nothing of what would have been answered. */
const SAYS_NOTHING = /SyntaxError|AccessDenied|Throttl|TooManyRequests|ExpiredToken/;

/**
 * What a call is refused with; undefined when it is not.
 * @throws what says nothing of AWS: that there was no reply, or no permission
 */
export async function refused(call: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const refusal = refusalOf(error);
    if (SAYS_NOTHING.test(refusal.name) || refusal.status === 0) throw error;
    return refusal;
  }
}

/** `412 PreconditionFailedException: …`, or that nothing was refused. */
export function told(refusal: Refusal | undefined): string {
  if (refusal === undefined) return 'accepted';
  return `${refusal.status} ${refusal.name}: ${refusal.message}`;
}
