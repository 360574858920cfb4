/** The package's module worker behind the tap, and beside all that tests do to it. Imports run in order. */

import './beside.js';
import 'frameseal/worker.js';
