import type { Channel } from './channel.js';
import { ignoresLateTransforms, knowsOption } from './connection.js';
import type { PipelineEnd, Pipelines } from './pipelines.js';
import { watchRollback } from './rollback.js';
import { stop } from './transport.js';
import { Watchdog } from './watchdog.js';

/** Acts on what the watchdog sees: stops what goes past the worker. */
export class Guard {
  readonly #pipelines: Pipelines;
  readonly #channel: Channel;
  readonly #handlers: GuardHandlers;
  readonly #watchdog: Watchdog;

  constructor(pipelines: Pipelines, channel: Channel, handlers: GuardHandlers) {
    this.#pipelines = pipelines;
    this.#channel = channel;
    this.#handlers = handlers;
    this.#watchdog = new Watchdog(pipelines, channel, {
      bypassed: (subject, count) => this.#stop(subject, 'transform-not-running', count),
      judged: (subject, verdict) => this.#judge(subject, verdict),
      recovered: () => handlers.changed(),
      stoodStill: ({ pipeline }) => channel.tell('wantKeyFrame', pipeline),
    });
  }

  /** Watches while there are transceivers. */
  start(): void {
    this.#watchdog.start();
  }

  /** The first frame of somebody's track has come out of a receiver. */
  begin(subject: PipelineEnd): void {
    if (subject.kind === 'video') this.#watchdog.begin(subject);
  }

  /** Watches a connection for what takes transforms away. */
  watch(pc: RTCPeerConnection): void {
    if (knowsOption()) watchRollback(pc, () => this.#suspectReceivers(pc));
  }

  /** Watches no more, and stops what may go past the worker. */
  end(): void {
    this.#watchdog.stop();
    for (const subject of this.#pipelines) {
      if (ignoresLateTransforms(subject.pc) && !this.#watchdog.isProven(subject)) silence(subject);
    }
  }

  #stop(subject: PipelineEnd, code: StopCode, count: number): void {
    silence(subject);
    this.#channel.tell('report', subject.pipeline, code, count);
    this.#handlers.changed();
  }

  /**
   * Chromium may have taken the transforms off receivers that ran: nothing is heard of one until it is
   * known that its transform runs.
   */
  #suspectReceivers(pc: RTCPeerConnection): void {
    for (const subject of this.#pipelines) {
      const { direction, carrier, end } = subject;
      const runs = carrier.currentDirection?.includes('recv') ?? false;
      if (subject.pc !== pc || direction !== 'receive' || !runs || !end.track?.enabled) continue;
      end.track.enabled = false;
      this.#watchdog.suspect(subject);
    }
  }

  #judge(subject: PipelineEnd, verdict: 'runs' | 'bypassed'): void {
    if (verdict === 'bypassed') this.#stop(subject, 'rolled-back', 1);
    else subject.end.track!.enabled = true;
  }
}

/** The problem that something was stopped for. */
type StopCode = 'rolled-back' | 'transform-not-running';

/** Told of what was done. */
export interface GuardHandlers {
  /** An end was stopped because frames went past the worker; or the last such end is gone. */
  changed(): void;
}

/** Ends what goes past the worker. The sender of a receiver's transceiver may be well, and goes on. */
function silence(subject: PipelineEnd): void {
  subject.bypassed = true;
  if (subject.direction === 'send') stop(subject.carrier);
  else subject.end.track!.enabled = false; // sealed bytes are noise
}
