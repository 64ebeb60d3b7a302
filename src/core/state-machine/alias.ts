import { WEIGHT_TOLERANCE } from '../alias/routing.ts';
import { jsonata, PATIENTLY, SAID, task, withHelp, type Asl } from './language.ts';

/**
 * What an alias serves and whose it is: `core/alias/routing.ts` and `core/alias/claim.ts` over the reply of GetAlias in `$a`, for the
 * target `$t` of the rollout whose marks begin with `$mark`.
 */
const SHOWN = `
  $others := [$each($a.RoutingConfig.AdditionalVersionWeights, function($part, $version) {
    $part > 0 ? { 'version': $version, 'weight': $part * 100 }
  })];
  $text := $exists($a.Description) ? $a.Description : '';
  $isAlone := function($version) { $a.FunctionVersion = $version and $count($others) = 0 };
  $serves := function($weight) {
    $weight <= 0 ? $isAlone($t.stable) :
    $weight >= 100 ? $isAlone($t.canary) :
    $a.FunctionVersion = $t.stable and $count($others) = 1 and $others[0].version = $t.canary
      and $abs($others[0].weight - $weight) <= ${WEIGHT_TOLERANCE}
  };
  $isMoving := function($from, $to) {
    $a.FunctionVersion = $to and $count($others) = 1 and $others[0].version = $from
  };
  $isMarked := $contains($text, $mark);
  $isClaimed := $contains($text, 'lambda-canary{run=') and $not($isMarked);`;

/** `fateOf` of core/alias/write-fate.ts, of a write of a step's mark and weight that was not answered with success. */
export const FATE = withHelp(
  [SHOWN],
  `
  $isStep := $contains($text, $t.marks[$next]);
  $wanted := $steps[$next].weight;
  $left := $next = 0 ? 0 : $steps[$next - 1].weight;
  ($serves($wanted) or ($wanted >= 100 and $isMoving($t.stable, $t.canary))) and $isStep ? 'written' :
  $not($serves($left)) or ($isClaimed and $text != $t.found) ? 'foreign' :
  $answer = 'conflict' ? 'again' : 'refused'`,
);

/**
 * What a revert finds: `back` on stable alone, `moving` back with provisioned concurrency, `ours` to write, or `foreign`; `old` is a
 * reading from before a write of ours, which proves nothing.
 */
export const FOUND = withHelp(
  [SHOWN],
  `
  $begun := $t.begun;
  $isBegun := function($weight) { $weight in $begun and $serves($weight) };
  $isOurs := $not($isClaimed) and (
    $count([$filter($begun, $isBegun)]) > 0
    or (100 in $begun and $isMoving($t.stable, $t.canary))
    or $isMarked and $count([$filter($steps, function($step, $index) {
      $contains($text, $t.marks[$index])
        and ($serves($step.weight) or ($step.weight >= 100 and $isMoving($t.stable, $t.canary)))
    })]) > 0
  );
  $a.RevisionId in $t.past ? 'old' :
  $isAlone($t.stable) ? ($isMarked ? 'ours' : 'back') :
  $isOurs ? 'ours' :
  $isMoving($t.canary, $t.stable) and ($t.put or (
    $not($isClaimed) and 100 in $begun and $others[0].weight >= 100 - ${WEIGHT_TOLERANCE}
  )) ? 'moving' : 'foreign'`,
);

/** What becomes of a promotion: `settled` on the canary alone, `moving` there with provisioned concurrency, or `foreign`. */
export const SETTLED = withHelp(
  [SHOWN],
  `
  $a.RevisionId in $t.past ? 'old' :
  $isClaimed ? 'foreign' :
  $isAlone($t.canary) ? ($isMarked ? 'settled' : 'tidy') :
  $isMoving($t.stable, $t.canary) ? 'moving' : 'foreign'`,
);

/** Whether somebody else moved an alias, or says to do so, while the step `$step` bakes; before the first there is no weight. */
export const IS_MOVED = withHelp(
  [SHOWN],
  `
  $inForce := $step < 0 ? 0 : $steps[$step].weight;
  $a.RevisionId in $t.past ? false : $not($serves($inForce)) or ($isClaimed and $text != $t.found)`,
);

/** The target of an iteration, for itself. */
export function take(next: string): Asl {
  return {
    Type: 'Pass',
    Assign: { t: jsonata('$states.input'), tries: 0, said: jsonata(`''`) },
    Next: next,
  };
}

/** Hands the target on, with what became of it. @param more an expression: further members */
export function done(fate: string, more = '{}'): Asl {
  return {
    Type: 'Pass',
    Output: jsonata(`$merge([$t, { 'fate': '${fate}', 'said': $said }, ${more}])`),
    End: true,
  };
}

/** Expressions of what is written. */
export interface Writing {
  readonly version: string;
  readonly weights: string;
  readonly description: string;
}

/** The target once its alias has another revision: readings that show an earlier one are from before. */
export function atRevision(revision: string, more = '{}'): string {
  return `$merge([$t, { 'revision': ${revision}, 'past': [$append($filter($t.past, function($x) { $x != ${revision} }), $t.revision = ${revision} ? [] : [$t.revision])] }, ${more}])`;
}

/** One write of weight and mark together, on the revision that was known: over nobody else's write. @param more what the target has then */
export function write(
  { version, weights, description }: Writing,
  next: string,
  otherwise: string,
  more = '{}',
): Asl {
  return {
    ...task('lambda', 'updateAlias'),
    ...PATIENTLY,
    Arguments: {
      FunctionName: jsonata('$t.functionId'),
      Name: jsonata('$t.alias'),
      // A version alone would collide with a weight that is left over: both in one call, always.
      FunctionVersion: jsonata(version),
      RoutingConfig: { AdditionalVersionWeights: jsonata(weights) },
      Description: jsonata(description),
      RevisionId: jsonata('$t.revision'),
    },
    Assign: {
      t: jsonata(atRevision('$states.result.RevisionId', more)),
      tries: jsonata('$tries + 1'),
    },
    Next: next,
    Catch: [
      {
        ErrorEquals: ['Lambda.PreconditionFailedException'],
        Assign: { answer: 'conflict', said: jsonata(SAID), tries: jsonata('$tries + 1') },
        Next: otherwise,
      },
      {
        ErrorEquals: ['States.ALL'],
        Assign: { answer: 'unknown', said: jsonata(SAID), tries: jsonata('$tries + 1') },
        Next: otherwise,
      },
    ],
  };
}

/** Reads the alias; what it shows is in `$a`. */
export function look(next: string, otherwise: string): Asl {
  return {
    ...task('lambda', 'getAlias'),
    ...PATIENTLY,
    Arguments: { FunctionName: jsonata('$t.functionId'), Name: jsonata('$t.alias') },
    Assign: { a: jsonata('$states.result') },
    Output: {},
    Next: next,
    Catch: [
      {
        ErrorEquals: ['States.ALL'],
        Assign: { said: jsonata(SAID), tries: jsonata('$tries + 1') },
        Next: otherwise,
      },
    ],
  };
}

/** Goes by what an expression says of the alias in `$a`. */
export function choose(
  expression: string,
  ways: Readonly<Record<string, Asl>>,
  otherwise: string,
): Asl {
  return {
    Type: 'Choice',
    Choices: Object.entries(ways).map(([found, way]) => ({
      Condition: jsonata(`${expression} = '${found}'`),
      ...way,
    })),
    Default: otherwise,
  };
}
