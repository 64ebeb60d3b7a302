// The action as it would be if all of it were evaluated at its start: what its start is measured against. What is exported
// is evaluated, whether or not a package says that this has no effect.
export * as idTokens from '@actions/core';
export * as api from '@actions/github';
export * as zip from 'fflate';

import '../../src/index.ts';
