import { preformatted } from '../text/markdown.ts';
import type { Report } from './report.ts';
import { fold } from './sections.ts';

/** What the policy is called, in log and summary. */
export const LEAST_POLICY = 'The least IAM policy for these inputs, when it is no dry run';

/** The policy, to be copied; nothing where none was asked for. */
export function policySection({ policy }: Pick<Report, 'policy'>): readonly string[] {
  if (policy === undefined) return [];
  return fold(LEAST_POLICY, ['', preformatted(JSON.stringify(policy, null, 2).split('\n'))]);
}
