import type { Lab } from './lab.ts';
import type { Uses } from './price.ts';

/** `not seen`: nothing can be said of AWS, and the words say why. */
export type Verdict = 'as assumed' | 'differs' | 'not seen';

/** What an experiment saw. */
export interface Seen {
  readonly verdict: Verdict;
  /** Facts and figures, or why nothing was seen. */
  readonly words: string;
}

/** One thing that the code, or the simulator that tests it, takes for granted of AWS. */
export interface Experiment {
  /** At most 28 characters: it stands in the names of what is created. */
  readonly id: string;
  /** What is taken for granted: a whole sentence. */
  readonly assumes: string;
  /** What follows in the code if it is not so: a whole sentence, with the place. */
  readonly otherwise: string;
  /** How long it takes on AWS, about. */
  readonly minutes: number;
  readonly uses: Uses;
  /** Whether its calls are a recording that the simulator is held to: they depend on nothing but each other. */
  readonly isRecording: boolean;
  readonly run: (lab: Lab) => Promise<Seen>;
}

export const differs = (words: string): Seen => ({ verdict: 'differs', words });
export const notSeen = (words: string): Seen => ({ verdict: 'not seen', words });

/** As assumed, if it is; the words hold for both. */
export const seen = (isSo: boolean, words: string): Seen => ({
  verdict: isSo ? 'as assumed' : 'differs',
  words,
});
