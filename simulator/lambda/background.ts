import { conflict } from '../wire/refusals.ts';
import {
  functionArn,
  newRevision,
  type LambdaFunction,
  type LambdaState,
  type Pending,
  type Timing,
  type Version,
} from './state.ts';

/** SnapStart takes a snapshot and images are optimized before a version can be invoked. */
const SLOW_ACTIVATION_MS = 2 * 60_000;

/** AWS says so even of updates. */
const UNDER_WAY = { reason: 'The function is being created.', reasonCode: 'Creating' };

export function createInBackground(state: LambdaState, latest: Version, timing: Timing): void {
  setState(latest, 'Pending', UNDER_WAY);
  const at = state.clock.now() + timing.createMs;
  begin(state, latest, { at, state: 'Active', lastUpdateStatus: 'Successful' });
}

/** The revision changes when an update begins, and again when it ends. */
export function updateInBackground(state: LambdaState, latest: Version, timing: Timing): void {
  latest.modifiedAt = state.clock.now();
  latest.revisionId = newRevision(state);
  setUpdate(latest, 'InProgress', UNDER_WAY);
  const at = state.clock.now() + timing.updateMs;
  const failure = failureOf(timing);
  const lastUpdateStatus = failure === undefined ? 'Successful' : 'Failed';
  begin(state, latest, { at, lastUpdateStatus, ...failure });
}

export function activateInBackground(
  state: LambdaState,
  version: Version,
  { timing, afterMs }: { readonly timing: Timing; readonly afterMs: number },
): void {
  const { snapStart, packageType } = version.configuration;
  const slow = snapStart || packageType === 'Image';
  const activationMs = timing.activationMs ?? (slow ? SLOW_ACTIVATION_MS : 0);
  // A version that is Active at once cannot fail any more: only what takes time may.
  const failure = activationMs > 0 ? failureOf(timing) : undefined;
  setState(version, 'Pending', UNDER_WAY);
  const at = state.clock.now() + afterMs + activationMs;
  begin(state, version, { at, state: failure === undefined ? 'Active' : 'Failed', ...failure });
}

function begin(state: LambdaState, version: Version, pending: Pending): void {
  version.pending = pending;
  settle(state, version, state.clock.now());
}

/** Lets what Lambda does in the background come true that is due. */
export function settleAll(state: LambdaState, at: number): void {
  for (const { latest, versions } of state.functions.values()) {
    settle(state, latest, at);
    for (const version of versions) settle(state, version, at);
  }
}

function settle(state: LambdaState, version: Version, now: number): void {
  const { pending } = version;
  if (pending === undefined || pending.at > now) return;
  version.pending = undefined;
  if (pending.state !== undefined) setState(version, pending.state, pending);
  if (pending.lastUpdateStatus !== undefined) {
    setUpdate(version, pending.lastUpdateStatus, pending);
  } else if (version.lastUpdateStatus === '') {
    setUpdate(version, 'Successful');
  }
  // $LATEST gets a new revision when its update ends; a version keeps the one it was born with.
  if (version.version === '$LATEST') version.revisionId = newRevision(state);
}

/** While Lambda is at work on a function, it is neither updated nor published. */
export function refuseWhileBusy(state: LambdaState, { name, latest }: LambdaFunction): void {
  const what = 'The operation cannot be performed at this time.';
  if (latest.state === 'Pending') {
    throw conflict(`${what} The function is currently in the following state: Pending`);
  }
  if (latest.lastUpdateStatus === 'InProgress') {
    throw conflict(`${what} An update is in progress for resource: ${functionArn(state, name)}`);
  }
}

interface Reason {
  readonly reason?: string;
  readonly reasonCode?: string;
}

function failureOf({ failure, failureCode }: Timing): Reason | undefined {
  return failure === '' ? undefined : { reason: failure, reasonCode: failureCode };
}

function setState(version: Version, state: string, why: Reason): void {
  version.state = state;
  version.stateReason = why.reason ?? '';
  version.stateReasonCode = why.reasonCode ?? '';
}

function setUpdate(version: Version, status: string, why: Reason = {}): void {
  version.lastUpdateStatus = status;
  version.lastUpdateReason = why.reason ?? '';
  version.lastUpdateReasonCode = why.reasonCode ?? '';
}
