import { SEVERITY } from '../rollout/verdict.ts';
import { literal } from './language.ts';

/** `worst` of core/rollout/verdict.ts: of verdicts that are equally grave the first. */
export const WORST = `
  $severity := function($kind) { $sum($map(${literal(SEVERITY)}, function($each, $index) { $each = $kind ? $index : 0 })) };
  $worst := function($verdicts) {
    $reduce($verdicts, function($gravest, $each) {
      $severity($each.kind) > $severity($gravest.kind) ? $each : $gravest
    }, { 'kind': 'pass', 'why': '' })
  };`;
