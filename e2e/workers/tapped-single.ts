/** The same with the package's single-file worker: a classic script, like the one it loads. */

import './beside.ts';

importScripts('/frameseal/frameseal.worker.single.js');
