/** LiveKit's worker as its package has it. */

import 'livekit-client/e2ee-worker';
