//! Bob's worker: the package's own, behind what stands for the media server. Imports run in order.

import './media-server.ts';
import 'frameseal/worker.js';
