/** JsSIP: keys go by SIP, as calls do. */

import { example } from './example.ts';

example('07-jssip');
