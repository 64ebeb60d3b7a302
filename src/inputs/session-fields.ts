import { durationMs, LONGEST_MS } from './duration.ts';
import { parsedBy, quoted } from './fields.ts';

// What STS takes; a role may allow less.
const SHORTEST_SESSION_MS = 15 * 60_000;
const LONGEST_SESSION_MS = 12 * 3_600_000;
// What GetSessionToken gives; no session of a role lasts longer.
const LONGEST_CREDENTIALS_MS = 36 * 3_600_000;
const SHORTEST_JOB_MS = 60_000;

/** In whose name AWS is called, and how long that, and the job, may last. */
export const SESSION_FIELDS = {
  'role-to-assume': parsedBy((text, problems) => {
    const arn = text.trim();
    if (arn !== '' && !/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(arn)) {
      problems.push(
        `${quoted(arn)} is not the ARN of a role, like arn:aws:iam::123456789012:role/deploy`,
      );
    }
    return arn;
  }),

  'role-session-name': parsedBy((text, problems) => {
    const name = text.trim();
    if (name !== '' && !/^[\w+=,.@-]{2,64}$/.test(name)) {
      problems.push(
        `${quoted(name)} is not a session name: 2 to 64 letters, digits and any of _+=,.@-`,
      );
    }
    return name;
  }),

  'role-duration': parsedBy((text, problems) => {
    const ms = durationMs(text) ?? 0;
    if (ms < SHORTEST_SESSION_MS || ms > LONGEST_SESSION_MS) {
      problems.push(`${quoted(text)} is not a duration from 15m to 12h`);
    }
    return ms;
  }),

  'credentials-duration': parsedBy((text, problems): number | undefined => {
    if (text.trim() === '') return undefined;
    const ms = durationMs(text);
    if (ms === undefined || ms < SHORTEST_SESSION_MS || ms > LONGEST_CREDENTIALS_MS) {
      problems.push(`${quoted(text)} is not a duration from 15m to 36h`);
    }
    return ms;
  }),
  'job-timeout': parsedBy((text, problems) => {
    const ms = durationMs(text) ?? 0;
    if (ms < SHORTEST_JOB_MS || ms > LONGEST_MS) {
      problems.push(`${quoted(text)} is not a duration from 1m to 5d`);
    }
    return ms;
  }),
};
