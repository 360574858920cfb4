/** The package's module worker in a browser that tells no codec of a frame: as Safari before 26 is documented. */

import './no-metadata.js';
import 'frameseal/worker.js';
