import type { Health } from './health.ts';

/** What somebody did to the call on purpose. */
export interface Sabotage {
  keyBroken: boolean;
  bitsFlipped: boolean;
}

/** Says how the call does, beside the shield and over Bob's picture. */
export class StatusView {
  readonly #root = element('status');
  readonly #title = element('status-title');
  readonly #detail = element('status-detail');
  readonly #curtain = element('curtain');

  show(health: Health, keyId: number, sabotage: Sabotage): void {
    const { title, detail } = describe(health, keyId, sabotage);
    this.#root.dataset['state'] = health.state;
    // Only what changes is written: each change is read out.
    write(this.#title, title);
    write(this.#detail, detail);
    const open = health.state === 'playing' || health.state === 'starting';
    write(this.#curtain, open ? '' : title);
    this.#curtain.hidden = open;
  }

  /** The call could not be made at all. */
  fail(error: unknown): void {
    const hint = error instanceof Error ? error.message : String(error);
    this.#root.dataset['state'] = 'problem';
    write(this.#title, 'There is no call');
    write(this.#detail, `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`);
  }
}

function describe(health: Health, keyId: number, sabotage: Sabotage): { title: string; detail: string } {
  switch (health.state) {
    case 'starting':
      return { title: 'Connecting', detail: 'Two ends find each other on this machine.' };
    case 'playing':
      return { title: 'Sealed and playing', detail: `Bob opens what Alice seals with key ${keyId}.` };
    case 'stopped':
      return { title: 'No frames', detail: 'None is encoded, or none arrives.' };
    case 'waiting':
      return { title: `Waiting for key ${keyId}`, detail: health.hint };
    case 'problem':
      return { title: TITLES[health.code] ?? health.code, detail: `${health.hint} ${cure(sabotage)}`.trim() };
  }
}

const TITLES: Record<string, string> = {
  'authentication-failed': 'Authentication failed',
  'key-exhausted': 'The key is exhausted',
  'malformed-frame': 'Malformed frames',
  'not-sealed': 'Frames are not sealed',
  'transform-not-running': 'Frames pass unprotected',
  'unsupported-codec': 'No envelope for this codec',
  'worker-failed': 'The worker has failed',
  'wrong-source': 'Frames of somebody else',
};

/** What it is here. */
function cure({ keyBroken, bitsFlipped }: Sabotage): string {
  if (keyBroken) return 'Here: Bob’s key is broken on purpose.';
  if (bitsFlipped) return 'Here: a bit is flipped on purpose.';
  return '';
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}
