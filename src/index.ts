import { isPost } from './github/saved.ts';
import { main } from './main.ts';
import { post } from './post.ts';

// One bundle serves both steps; GitHub hands the state of the first to the second.
await (isPost() ? post() : main());
