/** The package's module worker behind the tap, with frames that can be made too large. */

import './tap.js';
import './oversize.js';
import 'frameseal/worker.js';
