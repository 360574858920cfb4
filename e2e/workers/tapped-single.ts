/** The package's single-file worker behind the tap: a classic script, like the one it loads. */

import './tap.ts';

importScripts('/frameseal/worker.single.js');
