import type { Inspection } from './target.ts';

/** What a plan is held against besides the credentials. */
export interface Watching {
  readonly alarms: number;
  readonly analysis: 'on' | 'observe' | 'off';
}

/** What a person should know who starts a rollout that nothing watches. */
export function inspectWatching({ alarms, analysis }: Watching): Inspection {
  return {
    problems: [],
    warnings:
      alarms === 0 && analysis === 'off'
        ? [
            'Nothing is watched: no alarm is named in the input alarms, so no failure will be noticed.',
          ]
        : [],
  };
}

/** Why a rollout without alarms, whose versions cannot be compared, does not begin. */
export const NOTHING_WATCHED =
  'No alarm is named in the input alarms, so nothing would be watched: name one, or set analysis: off to do ' +
  'without any check.';
