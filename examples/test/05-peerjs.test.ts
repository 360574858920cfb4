/** PeerJS, which makes the connections itself. */

import { example } from './example.ts';

example('05-peerjs');
