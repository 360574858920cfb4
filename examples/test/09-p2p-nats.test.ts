/** p2p, whose signalling and ours are one NATS. */

import { example } from './example.ts';

example('09-p2p-nats');
