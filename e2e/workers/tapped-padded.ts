/** The package's module worker behind the tap, with small and large pictures in turns. */

import './padded.js';
import './tap.js';
import 'frameseal/worker.js';
