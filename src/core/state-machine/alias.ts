import { ANY_MARK, HELD, LONGEST_DESCRIPTION } from '../alias/mark.ts';
import { WEIGHT_TOLERANCE } from '../alias/routing.ts';
import { jsonata, literal, SAID, task, withHelp, type Asl } from './language.ts';

/**
 * What an alias serves and whose it is: `core/alias/routing.ts` and `core/alias/claim.ts` over the reply of GetAlias in `$a`, for the
 * target `$t` of the rollout whose marks begin with `$mark`. Its own is also the mark of the part that it goes on with, `$t.before`.
 * `$own` is the text without any of them: somebody may have written it anew, and then it is theirs and stays whole.
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
  $shows := function($prefix) { $prefix != '' and $contains($text, $prefix) };
  $isMarked := $shows($mark) or $shows($t.before);
  $isClaimed := $contains($text, '${ANY_MARK}') and $not($isMarked);
  $isTaken := $isClaimed and ($contains($text, $origin & ' ') or $contains($text, $origin & '}'));
  $without := function($from, $prefix) {
    $prefix != '' and $contains($from, $prefix) ? (
      $head := $substringBefore($from, $prefix);
      $tail := $substringAfter($substringAfter($from, $prefix), '}');
      ($substring($head, -1) = ' ' ? $substring($head, 0, $length($head) - 1) : $head) & $tail
    ) : $from
  };
  $own := $without($without($without($text, $mark), $t.before), $t.found);`;

/**
 * Which weight is written, and with which mark: to shift, those of the step `$next`; to hold, the same with the word that says so;
 * to go on with what another part left, those of the step that it left this alias at. No mark where there is no room for it.
 */
export const WANTED = `
  $to := $act = 'claim' ? $t.standing : $next;
  $wanted := $steps[$to].weight;
  $whole := $t.description & ($t.description = '' ? '' : ' ') & $t.marks[$to];
  $fits := $length($whole) + ${HELD.length} <= ${LONGEST_DESCRIPTION};
  $says := $act = 'hold' ? $substring($whole, 0, $length($whole) - 1) & '${HELD}}' : $whole;
  $ending := $act = 'hold' ? $substring($t.marks[$to], 0, $length($t.marks[$to]) - 1) & '${HELD}}' : $t.marks[$to];`;

/** `fateOf` of core/alias/write-fate.ts, of a write of a step's mark and weight that was not answered with success. */
export const FATE = withHelp(
  [SHOWN, WANTED],
  `
  $isStep := $fits ? $contains($text, $ending) : $t.unanswered;
  $a.RevisionId in $t.past or ($t.answer = 'conflict' and $a.RevisionId = $t.revision) ? 'old' :
  $isTaken ? 'taken' :
  ($serves($wanted) or ($wanted >= 100 and $isMoving($t.stable, $t.canary))) and $isStep ? 'written' :
  $not($serves($t.serves)) or ($isClaimed and $not($shows($t.found))) ? 'foreign' : 'again'`,
);

/**
 * Whether an alias that was not moved yet has nothing new but its revision, after a write that was refused for that. So it is left by a
 * revert, which writes always: the job was cancelled that began this, and may not have been able to stop it.
 */
export const PUT_BACK = withHelp(
  [SHOWN],
  `$t.serves <= 0 and $t.answer = 'conflict' and $not($a.RevisionId in $append($t.past, $t.revision))
    and $isAlone($t.stable) and $not($isMarked) and $own = $t.description`,
);

/**
 * What a revert finds: `back` on stable alone, `moving` back with provisioned concurrency, `ours` to write, `taken` over by the next
 * part of the rollout, or `foreign`; `old` is a reading from before a write of ours, which proves nothing. A repair knows of no write:
 * to it, only what carries the mark is the rollout's.
 */
export const FOUND = withHelp(
  [SHOWN],
  `
  $begun := $t.begun;
  $isBegun := function($weight) { $weight in $begun and $serves($weight) };
  $isOurs := $not($isClaimed) and ($isMarked or $not($repairs)) and (
    $count([$filter($begun, $isBegun)]) > 0
    or (100 in $begun and $isMoving($t.stable, $t.canary))
    or $isMarked and $count([$filter($steps, function($step, $index) {
      $contains($text, $substring($t.marks[$index], 0, $length($t.marks[$index]) - 1))
        and ($serves($step.weight) or ($step.weight >= 100 and $isMoving($t.stable, $t.canary)))
    })]) > 0
  );
  $a.RevisionId in $t.past ? 'old' :
  $isTaken ? 'taken' :
  $isAlone($t.stable) ? ($isMarked ? 'ours' : 'back') :
  $isOurs ? 'ours' :
  $isMoving($t.canary, $t.stable) and ($t.put or (
    $not($isClaimed) and 100 in $begun and $others[0].weight >= 100 - ${WEIGHT_TOLERANCE}
  )) ? 'moving' : 'foreign'`,
);

/**
 * What becomes of a promotion: `settled` on the canary alone, `tidy` without the mark as well, `moving` there with provisioned
 * concurrency, `taken` over by the next part of the rollout, or `foreign`.
 */
export const SETTLED = withHelp(
  [SHOWN],
  `
  $a.RevisionId in $t.past ? 'old' :
  $isTaken ? 'taken' :
  $isClaimed ? 'foreign' :
  $isAlone($t.canary) ? ($isMarked ? 'settled' : 'tidy') :
  $isMoving($t.stable, $t.canary) ? 'moving' : 'foreign'`,
);

/** Whether the next part of the rollout, or somebody else, moved an alias since it was left, or says to do so. */
export const MOVED = withHelp(
  [SHOWN],
  `
  $a.RevisionId in $t.past ? 'no' :
  $isTaken ? 'taken' :
  ($not($serves($t.serves)) and $not($t.serves >= 100 and $isMoving($t.stable, $t.canary)))
    or ($isClaimed and $not($shows($t.found))) ? 'foreign' : 'no'`,
);

/** Members of a target of which nothing was tried yet. */
export const UNTRIED = `{ 'fate': '', 'asks': 'write', 'tries': 0, 'unread': 0, 'answer': '', 'said': '' }`;

/** The target of an iteration, for itself: a choice by it hands it on to where it leads. */
export const TAKE: Asl = { Assign: { t: jsonata('$states.input') } };
export const TAKE_UNTRIED: Asl = { Assign: { t: jsonata(`$merge([$states.input, ${UNTRIED}])`) } };

/** Hands the target on, with what became of it. @param more an expression: further members */
export function done(fate: string, more = '{}'): Asl {
  return {
    Type: 'Pass',
    Output: jsonata(`$merge([$t, { 'fate': '${fate}' }, ${more}])`),
    End: true,
  };
}

/** Members of the target in place of what it had. @param members an expression */
export function having(members: string): Asl {
  return { t: jsonata(`$merge([$t, ${members}])`) };
}

/** Expressions of what is written. */
export interface Writing {
  readonly version: string;
  readonly weights: string;
  readonly description: string;
}

/** Members of a target whose alias has another revision: readings that show an earlier one are from before. */
function atRevision(revision: string): string {
  return `{ 'revision': ${revision}, 'past': [$append($filter($t.past, function($x) { $x != ${revision} }), $t.revision = ${revision} ? [] : [$t.revision])] }`;
}

/** The target as the alias in `$a` shows it, with the text that stands there now. @param more an expression: further members */
export function asShown(more = '{}'): Asl {
  return {
    t: jsonata(
      withHelp(
        [SHOWN],
        `$merge([$t, ${atRevision('$a.RevisionId')}, { 'description': $own }, ${more}])`,
      ),
    ),
  };
}

/** One write of weight and mark together, on the revision that was known: over nobody else's write. */
export function write({ version, weights, description }: Writing): Asl {
  return {
    ...task('lambda', 'updateAlias'),
    Arguments: {
      FunctionName: jsonata('$t.functionId'),
      Name: jsonata('$t.alias'),
      // A version alone would collide with a weight that is left over: both in one call, always.
      FunctionVersion: jsonata(version),
      RoutingConfig: { AdditionalVersionWeights: jsonata(weights) },
      Description: jsonata(description),
      RevisionId: jsonata('$t.revision'),
    },
  };
}

/** The target after a write that was answered with success. @param more an expression: further members */
export function written(more: string): Asl {
  return {
    t: jsonata(
      `$merge([$t, ${atRevision('$states.result.RevisionId')}, { 'answer': '', 'said': '', 'unanswered': false }, ${more}])`,
    ),
  };
}

/**
 * Answers that AWS gives to every request alike: none of ours took effect, or will. What is throttled is not of these, as nothing tells
 * whether Step Functions had sent it before. An error that the SDK has no name for tells its status in its words.
 */
const REFUSALS = [
  'Lambda.AccessDeniedException',
  'Lambda.InvalidParameterValueException',
  'Lambda.ResourceNotFoundException',
];
const IS_REFUSED = `($states.errorOutput.Error in ${literal(REFUSALS)} or $contains($states.errorOutput.Cause, 'Status Code: 403'))`;

/** Every other answer: only a look tells what became of the write. @param more an expression: further members */
export function unwritten(next: string, more = '{}'): Asl {
  const catching = (error: string, answer: string) => ({
    ErrorEquals: [error],
    Assign: having(`${answer}, { 'said': ${SAID}, 'tries': $t.tries + 1 }, ${more}`),
    Next: next,
  });
  return {
    Catch: [
      catching('Lambda.PreconditionFailedException', `{ 'answer': 'conflict' }`),
      catching(
        'States.ALL',
        `(${IS_REFUSED} ? { 'answer': 'refused' } : { 'answer': 'unknown', 'unanswered': true })`,
      ),
    ],
  };
}

/** There is no such alias any more: somebody deleted it. */
export const GONE = 'Lambda.ResourceNotFoundException';

/** Reads the alias; what it shows is in `$a`. */
export function look(next: string): Asl {
  return {
    ...task('lambda', 'getAlias'),
    Arguments: { FunctionName: jsonata('$t.functionId'), Name: jsonata('$t.alias') },
    Assign: { a: jsonata('$states.result') },
    Output: {},
    Next: next,
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
