export type Service =
  'lambda' | 'cloudwatch' | 'logs' | 'sts' | 'states' | 'tagging' | 'cloudformation';

/** What goes wrong with a request. */
export type Fault =
  | {
      readonly type: 'error';
      readonly status: number;
      readonly name: string;
      readonly message: string;
      readonly retryAfterSeconds?: number;
    }
  /** The connection breaks before the request takes effect. */
  | { readonly type: 'reset' }
  /** The request takes effect, and then the connection breaks. */
  | { readonly type: 'lost-reply' }
  /** No reply ever comes. */
  | { readonly type: 'hang' }
  | { readonly type: 'delay'; readonly ms: number }
  /** The request is on its way until then, and takes effect whether or not the caller still waits. */
  | { readonly type: 'late'; readonly until: Promise<unknown> }
  /** The request takes effect; the reply is no JSON. */
  | { readonly type: 'malformed' }
  /** A read is answered as the last one like it was, whatever was written since. */
  | { readonly type: 'stale' };

export interface SeenRequest {
  readonly service: Service;
  readonly operation: string;
  readonly input: unknown;
  /** How many requests for this operation came before this one. */
  readonly count: number;
  /** The name of the execution of Step Functions that asks; absent for who comes over HTTP. */
  readonly execution?: string;
}

export type FaultRule = (request: SeenRequest) => Fault | undefined;
export type Hook = (request: SeenRequest) => void;

/** Faults to be injected, and what others do between the requests. */
export interface Faults {
  /** Of several rules that answer, the first one added decides. @returns a function that removes it */
  add(rule: FaultRule): () => void;
  /** Runs before a request takes effect. @returns a function that removes it */
  before(hook: Hook): () => void;
  /** Runs after a request took effect, not after one that was refused. @returns a function that removes it */
  after(hook: Hook): () => void;
  find(request: SeenRequest): Fault | undefined;
  runBefore(request: SeenRequest): void;
  runAfter(request: SeenRequest): void;
}

export function createFaults(): Faults {
  const rules = new Set<FaultRule>();
  const befores = new Set<Hook>();
  const afters = new Set<Hook>();
  return {
    add: (rule) => addTo(rules, rule),
    before: (hook) => addTo(befores, hook),
    after: (hook) => addTo(afters, hook),
    find(request) {
      for (const rule of rules) {
        const fault = rule(request);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    runBefore: (request) => {
      for (const hook of befores) hook(request);
    },
    runAfter: (request) => {
      for (const hook of afters) hook(request);
    },
  };
}

function addTo<Entry>(entries: Set<Entry>, entry: Entry): () => void {
  entries.add(entry);
  return () => {
    entries.delete(entry);
  };
}

/** The throttling of Lambda's control plane, as AWS answers it. */
export const THROTTLED: Fault & { readonly type: 'error' } = {
  type: 'error',
  status: 429,
  name: 'TooManyRequestsException',
  message: 'Rate exceeded',
};

export const UNAVAILABLE: Fault = {
  type: 'error',
  status: 500,
  name: 'ServiceException',
  message: 'An error occurred and the request cannot be processed.',
};

/** STS's refusal to let the caller assume a role, whatever the reason. */
export const ROLE_REFUSED: Fault = {
  type: 'error',
  status: 403,
  name: 'AccessDenied',
  message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
};

export function denied(action: string, resource: string): Fault {
  return {
    type: 'error',
    status: 403,
    name: 'AccessDeniedException',
    message:
      `User: arn:aws:sts::123456789012:assumed-role/deploy/run is not authorized to perform: ${action} ` +
      `on resource: ${resource} because no identity-based policy allows the ${action} action`,
  };
}
