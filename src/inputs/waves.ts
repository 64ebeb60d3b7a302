import type { WavePolicy } from '../core/rollout/waves.ts';
import { parseAlarmId, parseFunctionId } from '../core/text/arn.ts';
import type { InputName } from './defaults.ts';
import { durationMs } from './duration.ts';
import { duration, linesOf, listOf, oneOf, parsedBy, quoted } from './fields.ts';
import { strangeList } from './list-forms.ts';

type Get = (name: InputName) => string;

/** What one region of several is given. */
export interface RegionInputs {
  readonly region: string;
  /** From 0. */
  readonly wave: number;
  /** The inputs as that region alone would have them. */
  readonly get: Get;
}

/** A rollout in several regions, in the order in which they are named. */
export interface Waves {
  readonly regions: readonly RegionInputs[];
  readonly policy: WavePolicy;
  /** What keeps these regions from going together. */
  readonly problems: readonly string[];
}

// Each of them keeps its connections, and its part of the summary, of which GitHub takes 1 MiB.
const MOST_REGIONS = 20;

const ON_WAVE_FAILURE = ['revert-all', 'keep-earlier'] as const;

/** The inputs about waves, each read for itself. */
export const WAVE_FIELDS = {
  regions: parsedBy((text, problems) => {
    const all = wavesIn(text).flat();
    for (const region of all.filter((each) => !isRegion(each))) {
      problems.push(`${quoted(region)} is not an AWS region, like eu-west-1`);
    }
    for (const region of new Set(all.filter((each, index) => all.indexOf(each) !== index))) {
      problems.push(`${quoted(region)} is named more than once`);
    }
    if (all.length > MOST_REGIONS) {
      problems.push(`${all.length} regions are given; at most ${MOST_REGIONS} can be`);
    }
    return all;
  }),
  'wave-bake': duration(0, '0s'),
  'on-wave-failure': oneOf(ON_WAVE_FAILURE),
};

/** @returns undefined where the inputs name one region, or leave it to the environment */
export function readWaves(get: Get): Waves | undefined {
  const { waves, others } = regionsIn(get);
  if (waves.flat().length === 0) return undefined;
  const several = waves.flat().length > 1;
  const regions = waves.flatMap((wave, index) =>
    wave.map((region) => ({ region, wave: index, get: inputsOf(region, get, several) })),
  );
  const policy: WavePolicy = {
    onFailure:
      ON_WAVE_FAILURE.find((each) => each === get('on-wave-failure').trim()) ?? 'revert-all',
    bakeMs: durationMs(get('wave-bake')) ?? 0,
  };
  return { regions, policy, problems: [...others, ...problemsOf(waves, get)] };
}

/** Waves stand on lines of their own, or between bars. */
function wavesIn(text: string): readonly (readonly string[])[] {
  return linesOf(text.replaceAll('|', '\n')).map((line) => line.split(/[\s,]+/).filter(Boolean));
}

/** As `region` takes it. */
function isRegion(text: string): boolean {
  return /^[a-z]{2,}(-[a-z]+)+-\d$/.test(text);
}

interface Regions {
  readonly waves: readonly (readonly string[])[];
  /** That something named is in none of them. */
  readonly others: readonly string[];
}

function regionsIn(get: Get): Regions {
  const named = wavesIn(get('regions'))
    .map((wave) => wave.filter(isRegion))
    .filter((wave) => wave.length > 0);
  const functions = arnsOfFunctions(get('function-name'));
  if (named.length > 0) {
    const seen = new Set<string>();
    const waves = named.map((wave) => wave.filter((region) => seen.size !== seen.add(region).size));
    return { waves, others: elsewhere(get, functions, seen) };
  }
  // Without the input, more than one region in the ARNs is what asks for it.
  const found = [...new Set(functions.map(({ region }) => region))];
  const isAsked = get('region').trim() === '' && found.length > 1;
  return isAsked
    ? { waves: [found], others: elsewhere(get, functions, new Set(found)) }
    : { waves: [], others: [] };
}

interface Placed {
  readonly written: string;
  readonly region: string;
}

function arnsOfFunctions(text: string): readonly Placed[] {
  return listOf(text).flatMap((written) => placed(written, parseFunctionId(written)?.region));
}

function arnsOfAlarms(text: string): readonly Placed[] {
  return alarmsIn(text).flatMap((written) => placed(written, parseAlarmId(written).region));
}

function placed(written: string, region: string | undefined): readonly Placed[] {
  return region === undefined ? [] : [{ written, region }];
}

function elsewhere(
  get: Get,
  functions: readonly Placed[],
  regions: ReadonlySet<string>,
): readonly string[] {
  const outside = (input: InputName, all: readonly Placed[]) =>
    all
      .filter(({ region }) => !regions.has(region))
      .map(
        ({ written, region }) =>
          `${input}: ${quoted(written)} is in ${region}, and this rollout is in ${[...regions].join(', ')}; name the region ` +
          'as well, or leave it out',
      );
  return [
    ...outside('function-name', functions),
    ...outside('alarms', arnsOfAlarms(get('alarms'))),
  ];
}

/** A name may hold commas, but then they are given one per line. */
function alarmsIn(text: string): readonly string[] {
  return text.includes('\n') ? linesOf(text) : listOf(text);
}

/** Of the shell, `${region}` is its own. */
const PLACEHOLDER = /(?<!\$)\{region\}/g;

function inputsOf(region: string, get: Get, several: boolean): Get {
  const isHere = (written: string) => {
    const other = parseFunctionId(written)?.region;
    return other === undefined || other === region;
  };
  const names = get('function-name');
  const entries = strangeList(names) === undefined ? listOf(names) : [];
  const hereOf = (text: string) => {
    const values = listOf(text);
    // One for each function, in their order.
    const isForEach = strangeList(text) === undefined && values.length === entries.length;
    return isForEach ? values.filter((_, index) => isHere(entries[index] ?? '')).join('\n') : text;
  };
  const given = (name: InputName): string => {
    switch (name) {
      case 'region':
        return region;
      case 'function-name':
        return strangeList(names) === undefined ? entries.filter(isHere).join('\n') : names;
      case 'version':
      case 'code-sha256':
        return several ? hereOf(get(name)) : get(name);
      case 'alarms':
        return alarmsHere(get('alarms'), region);
      default:
        return get(name);
    }
  };
  return (name) => given(name).replaceAll(PLACEHOLDER, region);
}

function alarmsHere(text: string, region: string): string {
  if (strangeList(text, true) !== undefined) return text;
  const here = alarmsIn(text).filter((written) => {
    const other = parseAlarmId(written).region;
    return other === undefined || other === region;
  });
  // On lines: one that is left alone may have a comma in its name.
  return here.map((each) => `${each}\n`).join('');
}

/** Which a job takes a part of, or leaves for a person: every region would stand somewhere else. */
const PARTS: readonly string[] = ['start', 'step', 'promote'];

function problemsOf(waves: readonly (readonly string[])[], get: Get): readonly string[] {
  const said = (name: InputName) => get(name).trim();
  const isGiven = (name: InputName, value: string) => said(name) === value;
  return [
    ...(said('regions') !== '' && said('region') !== ''
      ? ['region: regions names them all; leave one of the two out']
      : []),
    ...(waves.length > 1 ? problemsOfSeveral(said('mode'), isGiven) : problemsOfOne(get)),
    ...(waves.flat().length > 1 && isGiven('on-inconclusive', 'hold')
      ? [
          'on-inconclusive: hold would leave one region to a person, and the others wait for it; use revert or promote with several regions',
        ]
      : []),
    ...(waves.flat().length > 1 && said('version') !== '' && !areAllArns(get('function-name'))
      ? [
          'version: the numbers of versions differ from region to region; name the functions by their ARNs, and a version for each',
        ]
      : []),
  ];
}

/** Of several waves. */
function problemsOfSeveral(
  mode: string,
  isGiven: (name: InputName, value: string) => boolean,
): readonly string[] {
  return [
    ...(PARTS.includes(mode)
      ? [
          `mode: ${mode} takes one wave; name the regions of each wave in a job of its own, or let mode: rollout take all`,
        ]
      : []),
    ...(isGiven('on-cancel', 'hold')
      ? [
          'on-cancel: hold leaves a wave half-way, and nobody goes on with those after it; leave it out, or name one wave',
        ]
      : []),
    ...(isGiven('wait', 'false')
      ? [
          'wait: false leaves the rollout to AWS, and nobody would begin the next wave; leave it out, or name one wave',
        ]
      : []),
  ];
}

/** Of one wave: what would be dropped without a word. */
function problemsOfOne(get: Get): readonly string[] {
  return [
    ...((durationMs(get('wave-bake')) ?? 0) > 0
      ? [
          'wave-bake: is between waves, and there is one only; leave it out, or write the waves on lines of their own',
        ]
      : []),
    ...(get('on-wave-failure').trim() === 'keep-earlier'
      ? [
          'on-wave-failure: is about earlier waves, and there is one only; leave it out, or write the waves on lines of their own',
        ]
      : []),
  ];
}

function areAllArns(text: string): boolean {
  return listOf(text).every((written) => parseFunctionId(written)?.region !== undefined);
}
