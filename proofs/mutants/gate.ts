import type { Mutant } from './mutant.ts';

/** What keeps a version from being promoted against what was measured. */
export const OF_THE_GATE: readonly Mutant[] = [
  {
    name: 'a step ends against evidence that one minute alone gives',
    file: 'src/core/checks/step-end.ts',
    from: "if (logE >= enough) return 'enough';",
    to: '',
  },
  {
    name: 'a step ends against a tenth of the evidence',
    file: 'src/core/checks/step-end.ts',
    from: "enough / 2) ? 'some' : 'none'",
    to: "enough / 2) ? 'none' : 'none'",
  },
  {
    name: 'a step that cannot be extended any more passes against the evidence',
    file: 'src/core/checks/step-end.ts',
    from: "if (doubt === 'enough') {",
    to: "if (doubt === 'enough' && bake.weight < 0) {",
  },
  {
    name: 'what settles after the promotion is not judged',
    file: 'src/run/checks/metrics.ts',
    from: ': [comparisons, durations, alone, thresholds];',
    to: ': [alone, thresholds];',
  },
  {
    name: 'the last bake is over before the minutes before the promotion have settled',
    file: 'src/core/checks/step-end.ts',
    from: "      : decided('extend', `the metrics of ${target} before",
    to: "      : decided('pass', `the metrics of ${target} before",
  },
  {
    name: 'after the promotion a version is not held against what was measured before',
    file: 'src/run/checks/metrics.ts',
    from: '[comparisons, durations, alone, thresholds]',
    to: '[comparisons, durations, thresholds]',
  },
  {
    name: 'one minute after the promotion is enough to revert',
    file: 'src/core/checks/promoted.ts',
    from: 'alpha, lasting: LASTING_MINUTES',
    to: 'alpha, lasting: 1',
  },
  {
    name: 'what nothing watched after the promotion is said to have passed',
    file: 'src/core/report/log.ts',
    from: "isAlone ? endAlone(memory) : 'passed'",
    to: "isAlone && step < 0 ? endAlone(memory) : 'passed'",
  },
  {
    name: 'requests that are missing are no matter',
    file: 'src/core/checks/step-end.ts',
    from: 'if (missing !== undefined) {',
    to: 'if (missing !== undefined && weight < 0) {',
  },
  {
    name: 'the version that has too many requests is told, not the one that has too few',
    file: 'src/core/statistics/share.ts',
    from: 'canary * pays.canary + baseline * pays.baseline',
    to: 'baseline * pays.canary + canary * pays.baseline',
  },
  {
    name: 'data that should be there and are not are little traffic',
    file: 'src/run/checks/metrics.ts',
    from: 'if (missing === undefined) {',
    to: "if (missing !== '') {",
  },
  {
    name: 'a metric check is blind after the promotion where Lambda names no version',
    file: 'src/core/checks/threshold-reader.ts',
    from: 'return [index, new Map([...ofAlias, ...own])];',
    to: 'return [index, new Map([...ofAlias.slice(0, 0), ...own])];',
  },
  {
    name: 'a metric check that has no data any more is OK',
    file: 'src/core/checks/threshold-reader.ts',
    from: "isStale ? 'NO DATA' : 'OK'",
    to: "latest === null ? 'NO DATA' : 'OK'",
  },
  {
    name: 'a job goes on with what another left, although a check says that it is too early',
    file: 'src/core/rollout/state.ts',
    from: "    case 'extend':\n      return again;\n    case 'inconclusive':\n      return at.steady >= state.since",
    to: "      return again;\n    case 'extend':\n      return { ...state, phase: 'shifting' };\n    case 'inconclusive':\n      return at.steady >= state.since",
  },
  {
    name: 'what another job left is not judged before it is gone on with',
    file: 'src/run/rollout/loop.ts',
    from: 'world.clock, bakeTakenOver(course, beginning));',
    to: 'world.clock);',
  },
  {
    name: 'a job goes on against the evidence that settled after the job before it',
    file: 'src/core/rollout/state.ts',
    from: 'return { ...bake, takenOver: true,',
    to: 'return { ...bake, takenOver: false,',
  },
  {
    name: 'an extension lasts until the poll after its end',
    file: 'src/core/rollout/state.ts',
    from: 'state.readAt < state.until ? state.until : extendedUntil(course, state)',
    to: 'state.until',
  },
  {
    name: 'a step waits for its metrics beyond its extension',
    file: 'src/core/checks/step-end.ts',
    from: 'promotionNext || (!enough && !willBeEnough && mayExtend(bake, at));',
    to: 'promotionNext || !enough;',
  },
  {
    name: 'durations that revert are not part of alpha',
    file: 'src/core/checks/shared-alpha.ts',
    from: '(comparisons * targets)',
    to: 'targets',
  },
];
