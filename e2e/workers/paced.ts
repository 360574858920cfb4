/** The package's module worker with frames of its own, and with a watch on what it does between. */

import './frame-loop.js';
import './slices.js';
import 'frameseal/worker.js';
