import { camera, show } from '../page.ts';
import { talk } from '../talk.ts';

talk(() => new RTCPeerConnection(), await camera(), show);
