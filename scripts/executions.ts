import { readFileSync } from 'node:fs';

/** How an execution of a test ended, and what it did. */
export interface Recorded {
  readonly test: string;
  readonly status: string;
  readonly error: string | null;
  readonly cause: string | null;
  readonly output: unknown;
  /** Events of its history: their types, and of states that were entered the names. */
  readonly course: readonly string[];
}

export function readRecord(file: string): readonly Recorded[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
}

/** What of one interpreter's executions is not so of the other's, in words. */
export function differencesOf(
  simulated: readonly Recorded[],
  moto: readonly Recorded[],
): readonly string[] {
  const others = new Map(numbered(moto));
  return numbered(simulated).flatMap(([name, ours]) => {
    const theirs = others.get(name);
    if (theirs === undefined) return [`${name}: not on moto`];
    const members = (['status', 'error', 'cause', 'output'] as const).filter(
      (member) => member !== 'cause' || !hasThrown(ours),
    );
    const ends = members.flatMap((member) => {
      const [one, other] = [JSON.stringify(ours[member]), JSON.stringify(theirs[member])];
      return one === other ? [] : [`${name}: the ${member} is ${one}, on moto ${other}`];
    });
    // Who is stopped on moto tells nothing of what it did, and moto has another error for an expression that throws.
    if (theirs.course.length === 0 || hasThrown(ours)) return ends;
    const [course, other] = [inOrder(ours.course), inOrder(theirs.course)];
    const at = course.findIndex((event, index) => event !== other[index]);
    if (at === -1 && course.length === other.length) return ends;
    const [one, two] = [course, other].map((events) => events.slice(Math.max(0, at - 2), at + 4));
    return [
      ...ends,
      `${name}: ${course.length} events, on moto ${other.length}; from event ${at + 1} on other ones: ` +
        `${one?.join(', ') ?? ''}; on moto: ${two?.join(', ') ?? ''}`,
    ];
  });
}

function hasThrown({ cause }: Recorded): boolean {
  return cause?.includes('threw an error during evaluation') === true;
}

/** Executions by their test and their number in it. */
function numbered(executions: readonly Recorded[]): readonly (readonly [string, Recorded])[] {
  const counts = new Map<string, number>();
  return executions.map((each) => {
    const count = (counts.get(each.test) ?? 0) + 1;
    counts.set(each.test, count);
    return [`${each.test}, execution ${count}`, each] as const;
  });
}

/** Iterations of a Map run at once: in which order their events come is nobody's promise. */
function inOrder(course: readonly string[]): readonly string[] {
  const ordered: string[] = [];
  let iterations: string[] | undefined;
  for (const event of course) {
    if (/^MapState(Succeeded|Failed|Exited)/.test(event)) {
      ordered.push(...(iterations ?? []).toSorted());
      iterations = undefined;
    }
    (iterations ?? ordered).push(event);
    if (event === 'MapStateStarted') iterations = [];
  }
  return [...ordered, ...(iterations ?? [])];
}
