/** The package's module worker behind the tap. Imports run in order. */

import './tap.js';
import 'frameseal/worker.js';
