/** Two tabs with a connection of their own. */

import { example } from './example.ts';

example('01-two-tabs');
