import { updateAlias } from '../simulator/lambda/aliases.ts';
import { publishVersion, updateFunction } from '../simulator/lambda/functions.ts';
import { AwsError } from '../simulator/wire/aws-error.ts';
import { denied, THROTTLED, type Fault } from '../simulator/wire/faults.ts';
import { TOO_MANY_SEARCHES } from '../simulator/wire/quota.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Happening } from './scenario.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Place {
  readonly simulator: Simulator;
  readonly time: VirtualTime;
  /** How long it lasts, if it does. */
  readonly forMs: number;
}

/** What somebody else did to the first function or the first alarm. */
const FUNCTION = 'f1';
const ALARM = 'alarm1';
/** Not a weight of any plan: those have two decimals of a percent. */
const FOREIGN_WEIGHT = 0.123_456;
const SLOW_METRICS_MS = 20_000;
/** Nearly as long as a request may take. */
const SLOW_SEARCH_MS = 9_000;
const LONGEST_MS = 240_000;
const LONGEST_SLEEP_MS = 60 * 60_000;
/** Longer than anybody waits for it. */
const LONGEST_MOVE_MS = 20 * 60_000;

/** Lets something happen that the action has no part in. */
export function happen(what: Happening, place: Place): void {
  try {
    HAPPEN[what](place);
  } catch (error) {
    // Others are refused by AWS as well, when the world is not as they thought.
    if (!(error instanceof AwsError)) throw error;
  }
}

const HAPPEN: Readonly<Record<Happening, (place: Place) => void>> = {
  'weights wiped': ({ simulator }) => {
    // As Terraform does with an alias that it manages: hashicorp/terraform-provider-aws.
    updateAlias(simulator.lambda, FUNCTION, 'live', { version: '1', weights: {}, description: '' });
  },
  'moved to another version': ({ simulator }) => {
    updateAlias(simulator.lambda, FUNCTION, 'live', { version: '2', weights: {} });
  },
  'canary promoted by hand': ({ simulator }) => {
    updateAlias(simulator.lambda, FUNCTION, 'live', { version: '3', weights: {} });
  },
  'another weight set': ({ simulator }) => {
    updateAlias(simulator.lambda, FUNCTION, 'live', {
      version: '1',
      weights: { '3': FOREIGN_WEIGHT },
    });
  },
  'description changed': ({ simulator }) => {
    updateAlias(simulator.lambda, FUNCTION, 'live', { description: 'changed by hand' });
  },
  'alarm blip': ({ simulator, time }) => {
    simulator.alarms.setState(ALARM, 'ALARM', 'a blip');
    time.at(time.clock.now() + 500, () => {
      quietly(() => {
        simulator.alarms.setState(ALARM, 'OK', 'over');
      });
    });
  },
  alarm: ({ simulator }) => {
    simulator.alarms.setState(ALARM, 'ALARM', 'errors');
  },
  'alarm deleted': ({ simulator }) => {
    simulator.alarms.delete(ALARM);
  },
  'alarm not evaluated': ({ simulator }) => {
    simulator.alarms.setEvaluationState(ALARM, 'EVALUATION_ERROR');
  },
  'alarm without data': ({ simulator, time, forMs }) => {
    simulator.alarms.setState(ALARM, 'INSUFFICIENT_DATA', 'no data');
    time.at(time.clock.now() + forMs, () => {
      quietly(() => {
        simulator.alarms.setState(ALARM, 'OK', 'data again');
      });
    });
  },
  'monitoring dark': ({ simulator, time, forMs }) => {
    const light = simulator.faults.add(({ service }) =>
      service === 'cloudwatch'
        ? { type: 'error', status: 500, name: 'InternalFailure', message: 'dark' }
        : undefined,
    );
    time.at(time.clock.now() + forMs, light);
  },
  'Lambda throttled': ({ simulator, time, forMs }) => {
    const over = simulator.faults.add(({ service }) =>
      service === 'lambda' ? THROTTLED : undefined,
    );
    time.at(time.clock.now() + forMs, over);
  },
  'Lambda hangs': ({ simulator, time, forMs }) => {
    const over = simulator.faults.add(({ service }) =>
      service === 'lambda' ? { type: 'hang' } : undefined,
    );
    time.at(time.clock.now() + forMs, over);
  },
  'slow metrics': ({ simulator, time, forMs }) => {
    const ms = SLOW_METRICS_MS + (forMs % SLOW_METRICS_MS);
    const over = simulator.faults.add(({ operation }) =>
      operation === 'GetMetricData' ? { type: 'delay', ms } : undefined,
    );
    time.at(time.clock.now() + forMs, over);
  },
  'session ended': ({ simulator }) => {
    simulator.faults.add(({ service, execution }) =>
      // That of the jobs: what AWS carries has a role, and no session.
      execution === undefined
        ? {
            type: 'error',
            status: 403,
            name:
              service === 'lambda' || service === 'states'
                ? 'ExpiredTokenException'
                : 'ExpiredToken',
            message: 'The security token included in the request is expired',
          }
        : undefined,
    );
  },
  'provisioning fails': ({ simulator }) => {
    simulator.lambda.provisioningFailure = 'FUNCTION_ERROR_INIT_FAILURE';
  },
  'provisioning slow': ({ simulator, forMs }) => {
    simulator.lambda.provisioningMs = LONGEST_MOVE_MS * (forMs / LONGEST_MS);
  },
  'alias unreadable': ({ simulator, time, forMs }) => {
    const readable = simulator.faults.add(({ operation }) =>
      operation === 'GetAlias'
        ? { type: 'error', status: 500, name: 'ServiceException', message: 'unreadable' }
        : undefined,
    );
    time.at(time.clock.now() + forMs / 4, readable);
  },
  'machine asleep': ({ simulator, time, forMs }) => {
    time.suspend(LONGEST_SLEEP_MS * (forMs / LONGEST_MS));
    simulator.advance();
  },
  'logs denied': ({ simulator, time, forMs }) => {
    searching({ simulator, time, forMs }, () => denied('logs:FilterLogEvents', '*'));
  },
  'logs throttled': ({ simulator, time, forMs }) => {
    searching({ simulator, time, forMs }, () => TOO_MANY_SEARCHES);
  },
  'logs hang': ({ simulator, time, forMs }) => {
    searching({ simulator, time, forMs }, () => ({ type: 'hang' }));
  },
  'logs slow and in pages': ({ simulator, time, forMs }) => {
    const group = `/aws/lambda/${FUNCTION}`;
    simulator.logs.setEmptyPages(group, 2);
    searching({ simulator, time, forMs }, () => ({ type: 'delay', ms: SLOW_SEARCH_MS }));
    time.at(time.clock.now() + forMs, () => {
      simulator.logs.setEmptyPages(group, 0);
    });
  },
  'logs never whole': ({ simulator }) => {
    simulator.logs.setEmptyPages(`/aws/lambda/${FUNCTION}`, 5);
  },
  'no lines of the old version': ({ simulator }) => {
    simulator.logDelivery.stall(FUNCTION, '1');
  },
  'late lines of the old version': ({ simulator, forMs }) => {
    simulator.logDelivery.setPeriod(FUNCTION, '1', forMs / 4);
  },
  'canary inactive': ({ simulator }) => {
    const canary = simulator.lambda.functions.get(FUNCTION)?.versions[2];
    if (canary !== undefined) canary.state = 'Inactive';
  },
  'function updated': ({ simulator }) => {
    updateFunction(simulator.lambda, FUNCTION, { code: 'somebody else’s' });
  },
  'version published': ({ simulator }) => {
    publishVersion(simulator.lambda, FUNCTION, { description: 'by somebody else' });
  },
};

function searching({ simulator, time, forMs }: Place, answer: () => Fault): void {
  const over = simulator.faults.add(({ operation }) =>
    operation === 'FilterLogEvents' ? answer() : undefined,
  );
  time.at(time.clock.now() + forMs, over);
}

function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}
