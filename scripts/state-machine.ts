// Writes the state machine of rollouts that AWS carries to dist/state-machine.json, and the template for CloudFormation that has it
// in it to dist/step-functions.yml. A part of `npm run build`.
import { readFileSync, writeFileSync } from 'node:fs';

import { definitionText } from '../src/core/state-machine/definition.ts';
import { withDefinition } from './state-machine-template.ts';

const template = readFileSync('templates/step-functions/cloudformation.yml', 'utf8');
writeFileSync('dist/state-machine.json', definitionText());
writeFileSync('dist/step-functions.yml', withDefinition(template, definitionText()));
