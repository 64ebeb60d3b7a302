// AWS takes 6 to 8 minutes as a rule; hashicorp/terraform-provider-aws#48116 waits 15.
/** How long Lambda may take to move provisioned concurrency to another version. */
export const MOVE_PATIENCE_MS = 15 * 60_000;

/** How long an alias that cannot be read, or reads as it was before, is read again. */
export const READ_PATIENCE_MS = 2 * 60_000;
