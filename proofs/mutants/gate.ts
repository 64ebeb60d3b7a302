import type { Mutant } from './all.ts';

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
    to: "if (doubt === 'enough' && at < 0) {",
  },
  {
    name: 'what settles after the promotion is not judged',
    file: 'src/run/checks/metrics.ts',
    from: 'const readers = [...comparing, ...thresholds];',
    to: 'const readers = [...(bake.weight < 100 ? comparing : []), ...thresholds];',
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
    from: '...(bake.weight < 100 ? [] : alone)',
    to: '...(bake.weight <= 100 ? [] : alone)',
  },
  {
    name: 'one minute after the promotion is enough to revert',
    file: 'src/core/checks/promoted.ts',
    from: 'lasting: LASTING_MINUTES',
    to: 'lasting: 1',
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
    to: 'if (missing !== undefined && at < 0) {',
  },
  {
    name: 'the version that has too many requests is told, not the one that has too few',
    file: 'src/core/statistics/share.ts',
    from: 'canary * Math.log(wagered / least) + baseline * Math.log((1 - wagered) / (1 - least))',
    to: 'baseline * Math.log(wagered / least) + canary * Math.log((1 - wagered) / (1 - least))',
  },
  {
    name: 'data that should be there and are not are little traffic',
    file: 'src/run/checks/metrics.ts',
    from: 'if (missing === undefined) {',
    to: "if (missing !== '') {",
  },
];
