/** SIP.js: keys go as messages to addresses, beside the call. */

import { example } from './example.ts';

example('08-sip-js');
