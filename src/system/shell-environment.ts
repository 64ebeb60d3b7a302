import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What is the action's own: its inputs (a token is among them), what it saved for its post step, the files in which the runner takes
 * orders from it, and the tokens of the runner's services, which no `run` step gets either.
 */
const OWN =
  /^(?:INPUT_|STATE_|GITHUB_(?:OUTPUT|STATE|ENV|PATH|STEP_SUMMARY)$|ACTIONS_(?:RUNTIME_|RESULTS_|CACHE_))/i;

/** The environment of the job, as a command gets it. */
export function inherited(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !OWN.test(entry[0]),
    ),
  );
}

const SECRET =
  /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|(?:^|_)(?:API|APP|ACCESS|PRIVATE|SIGNING|LICENSE)?_?KEYS?(?:_ID)?$|(?:^|_)(?:PAT|PWD|AUTH|DSN)$/i;
/** The runner's own are no secrets: they name folders and files. */
const NO_SECRET = /^(?:PWD|OLDPWD|SSH_AUTH_SOCK)$/;
/** What is shorter stands in any text by chance. */
const SHORTEST_SECRET = 6;

/**
 * GitHub masks secrets in logs and summaries, but not what goes to its API or to other tools. What is a secret is not told to an
 * action: a variable that is called so is taken for one.
 */
export function masking(environment: Environment): (text: string) => string {
  const secrets = Object.entries(environment)
    .filter(([name]) => SECRET.test(name) && !NO_SECRET.test(name))
    .flatMap(([, value = '']) => value.split('\n').map((line) => line.trim()))
    .filter((line) => line.length >= SHORTEST_SECRET)
    // One may be the beginning of another.
    .toSorted((one, other) => other.length - one.length);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

/** Where a program may be, by its name alone. */
export function placesOf(
  name: string,
  environment: Environment,
  platform: NodeJS.Platform,
): readonly string[] {
  const file = platform === 'win32' ? `${name}.exe` : name;
  const path = environment['PATH'] ?? environment['Path'] ?? '';
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, file));
}
