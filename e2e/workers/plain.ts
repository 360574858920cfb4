/** No Frameseal at all: frames pass as they are, behind the tap. */

import { tapFrames } from './tap.ts';

tapFrames();
addEventListener('rtctransform', (event) => {
  const { readable, writable } = (event as RTCTransformEvent).transformer;
  // Ends when the call does, one way or another.
  readable.pipeTo(writable).catch(() => {});
});
