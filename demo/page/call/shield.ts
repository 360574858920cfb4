/** What the shield says, from what is known: it must never say more than that. */

import type { Severity } from 'frameseal';
import type { LinkState, Person, Shield } from './model.ts';

/** All that the shield goes by. */
export interface Facts {
  isSealed: boolean;
  others: readonly OtherFacts[];
  /** Of the last few seconds; those that pass by themselves are left out. */
  problems: readonly ProblemFacts[];
}

/** What is known of one other member. */
export interface OtherFacts {
  name: string;
  keys: Person['keys'];
  /** For how long its keys have been missing, in milliseconds. */
  pendingMs: number;
  /** Its key messages did not open: another secret, or somebody in the middle. */
  isLockedOut: boolean;
  link: LinkState;
  /** What it says that it sends, but that has not been opened in the last seconds. */
  missing: readonly string[];
}

export interface ProblemFacts {
  code: string;
  severity: Severity;
  /** Cause, and cure if there is one. */
  text: string;
  /** The name of the person whom it is about. */
  name?: string;
}

/** Tells the worst of what there is to tell. */
export function shieldOf({ isSealed, others, problems }: Facts): Shield {
  if (!isSealed) {
    return {
      state: 'off',
      title: 'Not sealed',
      reason: 'This room was made without encryption: its servers can see and hear everything.',
      cure: 'For a call that nobody else can hear, make a new room.',
    };
  }
  return (
    errorOf(problems) ?? bypassed(others) ?? lockedOut(others) ?? lossOf(problems) ?? waitingOf(others) ?? well(others)
  );
}

/** Media does not flow or is not protected, whatever else may be. */
function errorOf(problems: readonly ProblemFacts[]): Shield | undefined {
  const problem = problems.find(({ severity }) => severity === 'error');
  return problem && problemOf('Not protected', problem);
}

/** It did flow unprotected, until it was stopped. */
function bypassed(others: readonly OtherFacts[]): Shield | undefined {
  if (!others.some(({ keys }) => keys === 'bypassed')) return undefined;
  return {
    state: 'problem',
    title: 'Not protected',
    reason: 'Pictures or sound left without being sealed, and were stopped.',
    cure: 'Leave the call and come back, to begin with new connections.',
  };
}

/** Something was lost, and nothing exposed. */
function lossOf(problems: readonly ProblemFacts[]): Shield | undefined {
  const problem = problems.find(({ severity }) => severity === 'warning');
  return problem && problemOf(TITLES[problem.code] ?? 'Something was dropped', problem);
}

function problemOf(title: string, { text, name }: ProblemFacts): Shield {
  const [reason = '', ...cure] = text.split(/(?<=\.)\s+/);
  return {
    state: 'problem',
    title: name === undefined ? title : `${title}: ${name}`,
    reason,
    cure: cure.join(' '),
  };
}

/** Nobody's keys match ours, or one person's do not. */
function lockedOut(others: readonly OtherFacts[]): Shield | undefined {
  const strangers = others.filter(
    ({ keys, isLockedOut, pendingMs }) =>
      keys === 'pending' && isLockedOut && pendingMs >= PENDING_MS,
  );
  if (strangers.length === 0) return undefined;
  const names = list(strangers.map(({ name }) => name));
  const cure = 'Compare your links, the part after the # included, and open the right one.';
  return strangers.length === others.length
    ? {
        state: 'problem',
        title: 'Locked out',
        reason:
          `Your link holds another secret than that of ${names}, ` +
          'so neither can hear or see the other.',
        cure,
      }
    : {
        state: 'waiting',
        title: `Locked out: ${names}`,
        reason:
          `The link of ${names} holds another secret than yours. ` +
          'Nothing is sent that they could open.',
        cure,
      };
}

function waitingOf(others: readonly OtherFacts[]): Shield | undefined {
  const rejected = others.filter(({ keys }) => keys === 'rejected');
  if (rejected.length > 0) {
    return waiting(
      `Turned down: ${names(rejected)}`,
      'They get no keys.',
      'Compare your links, and open the same page.',
    );
  }
  const pending = others.filter(({ keys }) => keys === 'pending');
  if (pending.length > 0) {
    const isLong = pending.some(({ pendingMs }) => pendingMs >= PENDING_MS);
    return waiting(
      `Waiting for keys of ${names(pending)}`,
      'Until they come, neither can hear or see the other.',
      isLong ? 'If it lasts, compare your links, or reload the page.' : '',
    );
  }
  const away = others.filter(({ link }) => link !== 'connected');
  if (away.length > 0) {
    const isLost = away.some(({ link }) => link === 'failed');
    return waiting(
      `Connecting to ${names(away)}`,
      'Keys are exchanged; the way between you is being looked for.',
      isLost ? 'It takes long: check the network at both ends.' : '',
    );
  }
  const silent = others.filter(({ missing }) => missing.length > 0);
  const [first] = silent;
  if (!first) return undefined;
  return waiting(
    `Waiting for media of ${names(silent)}`,
    `Nothing has come from the ${list(first.missing)} of ${first.name} in the last seconds.`,
    '',
  );
}

function well(others: readonly OtherFacts[]): Shield {
  return {
    state: 'secured',
    title: 'Sealed',
    reason:
      others.length === 0
        ? 'Nobody else is here yet.'
        : `What you send is sealed for ${names(others)}, and what arrives opens with their keys.`,
    cure: '',
  };
}

function waiting(title: string, reason: string, cure: string): Shield {
  return { state: 'waiting', title, reason, cure };
}

function names(others: readonly OtherFacts[]): string {
  return list(others.map(({ name }) => name));
}

function list(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

const TITLES: Readonly<Record<string, string>> = {
  'authentication-failed': 'Frames were changed on the way',
  'message-rejected': 'A key message was turned down',
  'not-sealed': 'Something unsealed was turned away',
  'repeated-frames': 'Old frames came again',
  'wrong-source': 'Something came from the wrong person',
};

/** Keys are exchanged in one second, on a slow relay in three. */
const PENDING_MS = 5000;
