import type { AfterPromotion } from '../core/checks/promoted.ts';
import { parseCompareMetrics } from './compare-metrics.ts';
import type { AnalysisConfig } from './config.ts';
import {
  duration,
  notOneOf,
  number,
  oneOf,
  parsedBy,
  portion,
  quoted,
  wholeNumber,
} from './fields.ts';

const ANALYSIS_MODES = ['on', 'observe', 'off'] as const;
// What FilterLogEvents takes.
const LONGEST_PATTERN = 1_024;

const shareOfRequests = portion(
  0,
  0.999_999,
  'a percentage below 100%, like 0.1%, nor a number below 1, like 0.001',
);

/** How the versions are compared, by metrics and by logs. */
export const ANALYSIS_FIELDS = {
  analysis: parsedBy(parseAnalysisMode),
  'analysis-alpha': portion(
    0.000_001,
    0.5,
    'a number from 0.000001 to 0.5, nor a percentage from 0.0001% to 50%',
  ),
  'tolerated-ratio': number(1, 100),
  'tolerated-margin': shareOfRequests,
  'analysis-floor': shareOfRequests,
  'min-invocations': wholeNumber(0, 1_000_000),
  'max-extension': number(1, 100),
  'on-inconclusive': oneOf(['promote', 'hold', 'revert']),
  'metric-delay': duration(0, '0s'),
  'compare-metrics': parsedBy(parseCompareMetrics),
  'compare-duration': parsedBy((text, problems): Pick<AnalysisConfig, 'mode' | 'given'> => {
    const { mode, given } = parseAnalysisMode(text, problems);
    return { mode: given ? mode : 'observe', given };
  }),
  'after-promotion': parsedBy((text, problems): AfterPromotion | undefined => {
    const modes = ['revert', 'observe', 'off'] as const;
    const mode = modes.find((each) => each === text.trim());
    if (mode === undefined && text.trim() !== '') {
      problems.push(notOneOf(text, modes));
    }
    return mode;
  }),
  'analysis-logs': parsedBy(parseAnalysisMode),
  'log-errors': parsedBy((text, problems): string | undefined => {
    const pattern = text.trim();
    if (/\p{Cc}/u.test(pattern)) {
      problems.push(`${quoted(text)} is not one line without control characters`);
    }
    if ([...pattern].length > LONGEST_PATTERN) {
      problems.push(`is longer than the ${LONGEST_PATTERN} characters of a filter pattern`);
    }
    return pattern === '' ? undefined : pattern;
  }),
  'log-delay': duration(1_000, '1s'),
  'error-logs': oneOf(['count', 'show']),
};

/** Not given is on, where it can be. */
function parseAnalysisMode(
  text: string,
  problems: string[],
): Pick<AnalysisConfig, 'mode' | 'given'> {
  const mode = ANALYSIS_MODES.find((each) => each === text.trim());
  if (mode !== undefined) return { mode, given: true };
  if (text.trim() !== '') {
    problems.push(notOneOf(text, ANALYSIS_MODES));
  }
  return { mode: 'on', given: false };
}
