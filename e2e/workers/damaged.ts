/** The package's module worker, to which some pictures come damaged. */

import './damage.js';
import 'frameseal/worker.js';
