/** The package's module worker behind the tap, with all that is to be known of a member. */

import './tap.js';
import './replay.js';
import './key-frame-requests.js';
import './witness.js';
import 'frameseal/worker.js';
