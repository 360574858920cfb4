/**
 * What is going wrong while media flows; the `code` of a `problem` event. What each means and what to do
 * is in its `hint`, and under
 * [Problems](https://github.com/frameseal/frameseal/blob/main/docs/integration.md#problems).
 */
export type ProblemCode =
  | 'authentication-failed'
  | 'judgement-failed'
  | 'key-exhausted'
  | 'malformed-frame'
  | 'message-rejected'
  | 'missing-key'
  | 'not-sealed'
  | 'repeated-frames'
  | 'rolled-back'
  | 'slot-conflict'
  | 'transform-not-running'
  | 'unsupported-codec'
  | 'worker-failed'
  | 'wrong-source';

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
  /** One sentence of cause, one of cure. Of an event, with its reason in place of `see reason`. */
  hint: string;
}

const as = (severity: Severity) => (hint: string) => ({ severity, hint });
const info = as('info');
const warning = as('warning');
const error = as('error');

/** All problems: why each happens and what to do. */
export const PROBLEMS: Readonly<Record<ProblemCode, Problem>> = {
  'authentication-failed': warning(
    'Frames are not what the named key sealed: keys differ, or somebody changed the frames. ' +
    'Compare both sides’ cipher suites, and base keys if set by hand.',
  ),
  'judgement-failed': error(
    'Judging the member, acceptMember() threw the error in the detail, which rejects it. ' +
    'Let it return true or false; memberLeft() and memberJoined() have it judge again.',
  ),
  'key-exhausted': error(
    'The send key has sealed as many frames as it safely may, so no more leave. ' +
    'Call rotate(), or with manual keys setSendKey() with a new one.',
  ),
  'malformed-frame': warning(
    'Frames could not be parsed as their codec: they are damaged, or the codec hint is wrong. ' +
    'Check the codec option of protect().',
  ),
  'message-rejected': warning(
    'A key message was of no use (see reason), and changed nothing. ' +
    'Compare room, secret and cipher suite of both sides, and call memberJoined() before ' +
    'receive().',
  ),
  'missing-key': info(
    'Frames came before the key that they need, which is usual when somebody joins. ' +
    'If it lasts, find out why key messages do not arrive, or set the key if keys are manual.',
  ),
  'not-sealed': warning(
    'Frames arrive in the clear, or sealed by something else: the sender is not protected. ' +
    'Call attach() or protect() there, before the first frame leaves.',
  ),
  'repeated-frames': warning(
    'Old frames, or the same ones, arrive again and again, and are not shown. ' +
    'Find out whether the media server replays them, or one track is received very often.',
  ),
  'rolled-back': error(
    'An offer was rolled back, for which this browser removed the transform of a running receiver; ' +
    'so its track was muted. Connect anew, or have the other side add the track again, and ' +
    'negotiate with Negotiation, which never rolls back.',
  ),
  'slot-conflict': info(
    'Two members have the same slot (see reason), so their frames take longer to open. ' +
    'If the application gives slots, give each only once; else one of the two takes another.',
  ),
  'transform-not-running': error(
    'Frames passed without being sealed or opened, because the browser ignores a transform that ' +
    'comes too late; so the sender’s transceiver was stopped, or the receiver’s track muted. ' +
    'Make the connection with frameseal.connection(), or add the track again and negotiate.',
  ),
  'unsupported-codec': error(
    'There is no envelope for this codec, or the browser does not tell the codec, so frames are ' +
    'dropped. Negotiate VP8, VP9, H.264, H.265 or AV1, or tell protect() the codec.',
  ),
  'worker-failed': error(
    'The worker stopped, so no frame passes any more. ' +
    'Create another Frameseal and connect anew.',
  ),
  'wrong-source': warning(
    'Another member than the one asked for sends on this receiver, and is not let through. ' +
    'Change the from option of protect() if the media server moved the members.',
  ),
};
