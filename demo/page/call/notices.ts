/** What went wrong, newest first. */

import { signal, type ReadonlySignal } from '@preact/signals-core';
import type { ProblemDetail, Severity } from 'frameseal';
import type { Notice } from './model.ts';

export class Notices {
  readonly #all = signal<readonly Notice[]>([]);

  get all(): ReadonlySignal<readonly Notice[]> {
    return this.#all;
  }

  add(code: string, severity: Severity, text: string): void {
    // What goes on is told once, as of now.
    const others = this.#all.value.filter((told) => told.code !== code || told.text !== text);
    this.#all.value = [{ at: Date.now(), code, severity, text }, ...others].slice(0, MAX);
  }
}

/**
 * How bad a problem is for this call. The package cannot know that the relay sends some messages
 * twice when a connection breaks, nor that the server may name a newcomer after its first word.
 */
export function severityOf({ code, severity, reason = '' }: ProblemDetail): Severity {
  return code === 'message-rejected' && HARMLESS.some((part) => reason.includes(part))
    ? 'info'
    : severity;
}

const HARMLESS = [
  'repeated, or overtaken',
  'our own message came back',
  'that the application did not announce',
];

const MAX = 50;
