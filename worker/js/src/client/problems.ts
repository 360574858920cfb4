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

/** What the page tells by itself; all else comes from the worker, with its hint. */
export type PageProblemCode = Extract<ProblemCode, 'judgement-failed' | 'worker-failed'>;

/** One sentence of cause, one of cure. */
export const HINTS: Readonly<Record<PageProblemCode, string>> = {
  'judgement-failed':
    'acceptMember() threw the error in the detail, which rejects the member. ' +
    'Let it return true or false; memberLeft() and memberJoined() have it judge again.',
  'worker-failed':
    'The worker stopped, so no frame passes any more. ' +
    'Create another Frameseal and connect anew.',
};

/** All that the page tells by itself keep media from flowing. */
export const SEVERITY: Severity = 'error';
