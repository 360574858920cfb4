import type { ProblemCode as WorkerProblemCode } from '../protocol.js';

/** What is going wrong while media flows; the `code` of a `problem` event. */
export type ProblemCode = WorkerProblemCode | 'transform-not-running' | 'worker-failed';

/**
 * How bad a problem is.
 *
 * - `info`: happens in every call, and passes by itself.
 * - `warning`: frames are lost, at worst through somebody's interference; nothing is exposed.
 * - `error`: media does not flow, or flows unprotected, until somebody acts.
 */
export type Severity = 'info' | 'warning' | 'error';

/** What is known about a kind of problem. */
export interface Problem {
  severity: Severity;
  /** One sentence of cause, one of cure. */
  hint: string;
}

/** All problems: why each happens and what to do. */
export const PROBLEMS: Readonly<Record<ProblemCode, Problem>> = {
  'authentication-failed': {
    severity: 'warning',
    hint:
      'Frames are not what the named key sealed: keys differ, or somebody changed the frames. ' +
      'Compare the base keys and cipher suites of both sides.',
  },
  'key-exhausted': {
    severity: 'error',
    hint:
      'The send key has sealed as many frames as it safely may, so no more leave. ' +
      'Call setSendKey() with a new key.',
  },
  'malformed-frame': {
    severity: 'warning',
    hint:
      'Frames could not be parsed as their codec: they are damaged, or the codec hint is wrong. ' +
      'Check the codec option of protect().',
  },
  'message-rejected': {
    severity: 'warning',
    hint:
      'A key message was not what its member made for this one: the secrets of the room differ, ' +
      'or somebody changed it. Compare the secrets and the safety numbers of both sides.',
  },
  'missing-key': {
    severity: 'info',
    hint:
      'Frames came before the key that they need, which is usual when somebody joins. ' +
      'If it lasts, call setSendKey() or addReceiveKey() for the key ID.',
  },
  'not-sealed': {
    severity: 'warning',
    hint:
      'Frames arrive in the clear, or sealed by something else: the sender is not protected. ' +
      'Call attach() or protect() there, before the first frame leaves.',
  },
  'slot-conflict': {
    severity: 'info',
    hint:
      'Two members chose one slot; one of them has chosen another, with a fresh key. ' +
      'Give each member a slot of its own, or none.',
  },
  'transform-not-running': {
    severity: 'error',
    hint:
      'Frames pass without being sealed or opened, because the browser ignores a transform that ' +
      'comes too late. Call attach() right after new RTCPeerConnection(), or protect() in the ' +
      'turn that makes the transceiver, and connect anew.',
  },
  'unsupported-codec': {
    severity: 'error',
    hint:
      'There is no envelope for this codec, so its frames are dropped. ' +
      'Negotiate VP8, VP9, H.264, H.265 or AV1, or tell protect() the codec.',
  },
  'worker-failed': {
    severity: 'error',
    hint:
      'The worker stopped, so no frame passes any more. ' +
      'Create another Frameseal and connect anew.',
  },
  'wrong-source': {
    severity: 'warning',
    hint:
      'Another member than the one asked for sends on this receiver, and is not let through. ' +
      'Change the from option of protect() if the media server moved the members.',
  },
};
