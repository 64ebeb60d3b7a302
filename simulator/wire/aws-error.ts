/** A refusal as AWS words it. */
export class AwsError extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, name: string, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = name;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
