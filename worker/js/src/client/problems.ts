import type { Severity } from '../protocol.js';

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
  | 'no-media'
  | 'not-sealed'
  | 'repeated-frames'
  | 'rolled-back'
  | 'slot-conflict'
  | 'transform-not-running'
  | 'unsupported-codec'
  | 'worker-failed'
  | 'wrong-source';

/** What the page sees by itself; all else is told by the worker, with its hint. */
export type PageProblemCode = Extract<
  ProblemCode,
  'judgement-failed' | 'rolled-back' | 'transform-not-running' | 'worker-failed'
>;

/** One sentence of cause, one of cure. */
export const HINTS: Readonly<Record<PageProblemCode, string>> = {
  'judgement-failed':
    'Judging the member, acceptMember() threw the error in the detail, which rejects it. ' +
    'Let it return true or false; memberLeft() and memberJoined() have it judge again.',
  'rolled-back':
    'An offer was rolled back, for which this browser removed the transform of a running receiver; ' +
    'so its track was muted. Connect anew, or have the other side add the track again, and ' +
    'negotiate with Negotiation, which never rolls back.',
  'transform-not-running':
    'Frames passed without being sealed or opened, because the browser ignores a transform that ' +
    'comes too late; so the sender’s transceiver was stopped, or the receiver’s track muted. ' +
    'Make the connection with frameseal.connection(), or add the track again and negotiate.',
  'worker-failed':
    'The worker stopped, so no frame passes any more. ' +
    'Create another Frameseal and connect anew.',
};

/** All that the page tells by itself keep media from flowing. */
export const SEVERITY: Severity = 'error';
