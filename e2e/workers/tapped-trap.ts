/** The package's module worker behind the tap, with WebAssembly that can be made to trap. */

import './tap.js';
import './trap.js';
import 'frameseal/worker.js';
