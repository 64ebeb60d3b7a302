import {
  UNREADABLE,
  verdictInTheDark,
  verdictOnState,
  type AlarmFinding,
  type AlarmPolicy,
} from '../checks/alarms.ts';
import { PASS, SEVERITY, type Verdict } from '../rollout/verdict.ts';
import { UNSEEN_ALARM } from './alarms.ts';
import { membersOf, numberOf, recordsIn, textOf, type Members } from './members.ts';

/** What a reading said, as the machine keeps it: `{ kind, why }`. */
export function machineVerdict(value: unknown): Verdict {
  const { kind, why } = membersOf(value);
  const known = SEVERITY.find((each) => each === kind);
  return known === undefined ? PASS : { kind: known, reason: textOf(why) };
}

export interface AlarmReading {
  /** What the machine keeps of its alarms. */
  readonly watched: unknown;
  /** By alarm, what AWS said of its state, where that was told. */
  readonly reasons: ReadonlyMap<string, string>;
  readonly at: number;
  /** When the reading began. */
  readonly readingAt: number;
  /** What the execution was given for a policy. */
  readonly policy: Members;
}

/** Of each alarm the state that it was in, with AWS's reason. The machine keeps the gravest verdict; those beside it follow from the states. */
export function alarmFindings({
  watched,
  reasons,
  at,
  readingAt,
  policy,
}: AlarmReading): readonly AlarmFinding[] {
  const { watches, verdict } = membersOf(watched);
  const said = machineVerdict(verdict);
  return recordsIn(watches).map((each): AlarmFinding => {
    const check = textOf(each['name']);
    const state = textOf(each['state']);
    const detail = reasons.get(check) ?? '';
    const isMeant = said.kind !== 'pass' && said.reason.startsWith(`alarm ${check} `);
    const found = { kind: 'alarm', at, check } as const;
    const begin = `alarm ${check}${UNSEEN_ALARM}`;
    const seenAt = numberOf(each['seenAt'], readingAt);
    if (seenAt < readingAt) {
      const problem = said.reason.startsWith(begin) ? said.reason.slice(begin.length) : '';
      const graceMs = numberOf(policy['graceMs']);
      const dark = { darkMs: readingAt - seenAt, graceMs, problem };
      return {
        ...found,
        state: UNREADABLE,
        detail: problem,
        verdict: verdictInTheDark(check, dark),
      };
    }
    if (isMeant) return { ...found, state, detail, verdict: said };
    const own =
      each['ignored'] === true
        ? PASS
        : verdictOnState({ name: check, state, reason: detail }, toleranceOf(policy));
    return { ...found, state, detail, verdict: own };
  });
}

/** What is not known is a reason to wait. */
function toleranceOf({ onInsufficientData: value }: Members): AlarmPolicy['onInsufficientData'] {
  return value === 'continue' || value === 'revert' ? value : 'wait';
}
