/** The package's worker, and beside it the streams that a page makes up. */

import './made-frames.ts';
import 'frameseal/worker.js';
