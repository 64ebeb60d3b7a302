// Writes the state machine of rollouts that AWS carries to dist/state-machine.json. A part of `npm run build`.
import { writeFileSync } from 'node:fs';

import { definitionText } from '../src/core/state-machine/definition.ts';

writeFileSync('dist/state-machine.json', definitionText());
