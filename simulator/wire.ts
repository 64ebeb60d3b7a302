/** An HTTP request, without the socket it came on. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request that was understood, before it takes effect. */
export interface Handled {
  readonly operation: string;
  readonly input: unknown;
  /** Takes effect. @throws AwsError when AWS would refuse */
  readonly run: () => { readonly status: number; readonly body: unknown };
}
