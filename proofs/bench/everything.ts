// The action as it would be if all of it were evaluated at its start: what its start is measured against.
import '@actions/core';
import '@actions/github';

import '../../src/index.ts';
