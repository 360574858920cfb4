//! The demo page: a call that seals itself, and what somebody in between would see of it.

import type { Frameseal } from 'frameseal';
import { Call } from './call.ts';
import { codecName, videoCodecs } from './codecs.ts';
import { Counters, find } from './counters.ts';
import { Dump } from './dump.ts';
import { Eavesdropper } from './eavesdropper.ts';
import { HealthWatch } from './health.ts';
import type { Intercepted } from './intercepted.ts';
import { Log } from './log.ts';
import { MediaServer } from './media-server.ts';
import { Raster } from './raster.ts';
import { takeApart, type SealedFrame } from './sealed-frame.ts';
import { Source } from './source.ts';
import { StatusView } from './status.ts';

const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;

const status = new StatusView();
const log = new Log(element('log', HTMLOListElement));
const dump = new Dump(element('dump'), element('parts'));
const raster = new Raster(element('raster', HTMLCanvasElement), calm);
const counters = new Counters(
  element('counters', HTMLTableElement).tBodies[0]!,
  element('session'),
);
const eavesdropper = new Eavesdropper();
const health = new HealthWatch();
const sabotage = { keyBroken: false, bitsFlipped: false };
const server = new MediaServer(see);
const source = new Source(calm);

let newest: SealedFrame | undefined;
let lastKeyFrame: SealedFrame | undefined;

start().catch((error: unknown) => status.fail(error));

async function start(): Promise<void> {
  const call = await Call.create(source.video, server.worker);
  report('Alice', call.alice);
  report('Bob', call.bob);
  log.add('done', 'Key 1 is in use');
  show(element('sent', HTMLVideoElement), source.stream);
  show(element('received', HTMLVideoElement), call.received);
  control(call);
  setInterval(() => void poll(call).catch(() => {}), POLL_MS);
  setInterval(showFrame, DUMP_MS);
}

/** A sealed frame passes the media server. */
function see(frame: Intercepted): void {
  const sealed = takeApart(frame);
  if (!sealed) return;
  newest = sealed;
  if (frame.key) lastKeyFrame = sealed;
  raster.draw(sealed);
  eavesdropper.take(frame);
}

function showFrame(): void {
  const which = document.querySelector<HTMLInputElement>('#which-frame :checked')?.value;
  const frame = which === 'key' ? lastKeyFrame : newest;
  if (frame) dump.show(frame);
}

async function poll(call: Call): Promise<void> {
  const [alice, bob, picture] = await Promise.all([
    call.alice.stats(),
    call.bob.stats(),
    call.picture(),
  ]);
  counters.show(alice, bob, picture);
  const [sent, received] = [find(alice, 'send', 'video'), find(bob, 'receive', 'video')];
  if (!sent || !received) return;

  health.add({
    at: performance.now(),
    sealed: sent.passed,
    opened: received.passed,
    decoded: picture.decoded,
    dropped: [...alice.tracks, ...bob.tracks].map(({ dropped }) => dropped),
  });
  status.show(health.health, call.keys.keyId, sabotage);

  const { seconds, sealed, opened, decoded } = health.moment;
  const rate = (frames: number): string => String(seconds > 0 ? Math.round(frames / seconds) : 0);
  text('status-figures', `Last second: ${rate(sealed)} sealed, ${rate(opened)} opened, ${rate(decoded)} decoded`);
  text('sent-fact', `${codecName(sent.codec)} ${picture.width}×${picture.height}, ${rate(sealed)} frames a second`);
  text('received-fact', `${rate(decoded)} frames a second`);
  text('server-fact', eavesdropperFact());
}

function eavesdropperFact(): string {
  if (!eavesdropper.able) return 'This browser has no decoder to feed.';
  const { decoded, tried } = eavesdropper;
  return `Fed to a decoder: ${decoded.toLocaleString('en')} of ${tried.toLocaleString('en')} decoded`;
}

/** Makes the buttons work. */
function control(call: Call): void {
  const breakKey = element('break-key', HTMLButtonElement);
  const flipBit = element('flip-bit', HTMLButtonElement);
  const camera = element('camera', HTMLButtonElement);
  const listen = element('listen', HTMLButtonElement);
  const send = (): Promise<void> => call.send(source.video, source.audio);

  onClick(element('change-key', HTMLButtonElement), async () => {
    // Both ends get it, so this mends what was broken.
    press(breakKey, (sabotage.keyBroken = false));
    await call.keys.change();
    log.add('done', `Key ${call.keys.keyId} is in use`);
  });
  onClick(breakKey, async () => {
    press(breakKey, (sabotage.keyBroken = !sabotage.keyBroken));
    await (sabotage.keyBroken ? call.keys.break() : call.keys.mend());
    log.add('done', sabotage.keyBroken ? 'Bob has a wrong key' : 'Bob has the right key again');
  });
  onClick(flipBit, () => {
    press(flipBit, (sabotage.bitsFlipped = !sabotage.bitsFlipped));
    server.flipBits(sabotage.bitsFlipped);
    log.add('done', sabotage.bitsFlipped ? 'One bit of each frame is flipped' : 'Bits stay as they are');
  });
  onClick(camera, async () => {
    await source.useCamera(!isPressed(camera));
    press(camera, source.isCamera);
    await send();
  });
  const audio = element('received-audio', HTMLAudioElement);
  audio.srcObject = call.received;
  onClick(listen, async () => {
    press(listen, (audio.muted = !audio.muted) === false);
    if (!audio.muted) await audio.play();
  });
  // Browsers let a page make sound from the first click on.
  source.whenAudible(() => void send());
  offerCodecs(call);
  for (const button of document.querySelectorAll('button')) button.disabled = false;
}

function offerCodecs(call: Call): void {
  const choices = element('codecs');
  videoCodecs().forEach((name, index) => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'radio', name: 'codec', value: name, checked: index === 0 });
    const label = document.createElement('label');
    const title = document.createElement('span');
    title.textContent = name;
    label.append(input, title);
    choices.append(label);
    const use = (): void => {
      call.useCodec(name).then(
        () => log.add('done', `${name} is sent`),
        (error: unknown) => log.add('error', `${name} cannot be sent`, String(error)),
      );
    };
    input.addEventListener('change', use);
    if (input.checked) use();
  });
}

/** Writes down what a Frameseal says of its own accord. */
function report(who: string, frameseal: Frameseal): void {
  frameseal.addEventListener('problem', ({ detail }) => {
    health.note(detail);
    log.add(detail.severity, `${who}: ${detail.code}`, detail.hint, detail.count);
  });
  frameseal.addEventListener('source', ({ detail }) => {
    log.add('info', `${who}: source`, `What is opened is ${detail.member}’s ${detail.track}.`);
  });
}

/** Does something on a click; what fails is written down. */
function onClick(button: HTMLButtonElement, act: () => void | Promise<void>): void {
  button.addEventListener('click', async () => {
    try {
      await act();
    } catch (error) {
      log.add('error', `${button.firstElementChild?.textContent ?? button.textContent} failed`, String(error));
    }
  });
}

function press(button: HTMLButtonElement, pressed: boolean): void {
  button.setAttribute('aria-pressed', String(pressed));
}

function isPressed(button: HTMLButtonElement): boolean {
  return button.getAttribute('aria-pressed') === 'true';
}

function show(video: HTMLVideoElement, stream: MediaStream): void {
  video.srcObject = stream;
}

function text(id: string, text: string): void {
  element(id).textContent = text;
}

function element<T extends HTMLElement = HTMLElement>(id: string, type?: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof (type ?? HTMLElement))) throw new TypeError(`no such element: ${id}`);
  return found as T;
}

/** Often enough to tell at once, rarely enough to read. */
const POLL_MS = 250;
const DUMP_MS = 500;
