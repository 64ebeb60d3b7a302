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

/** What a call is refused with; undefined when it is not. */
export async function refused(call: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const refusal = refusalOf(error);
    // A call that AWS did not answer says nothing of AWS.
    if (refusal.status === 0) throw error;
    return refusal;
  }
}

/** `412 PreconditionFailedException: …`, or that nothing was refused. */
export function told(refusal: Refusal | undefined): string {
  if (refusal === undefined) return 'accepted';
  return `${refusal.status} ${refusal.name}: ${refusal.message}`;
}
