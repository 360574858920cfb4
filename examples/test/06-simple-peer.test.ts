/** simple-peer, which takes another maker of connections. */

import { example } from './example.ts';

example('06-simple-peer');
