/** RTP packets as they come, and as Janus records them. */

/** RTP packets, put in order, each once. */
export class Packets {
  /** How many came. */
  count = 0;
  /** By their numbers, which go on where those in the packets begin again. */
  readonly #waiting = new Map<number, Buffer>();
  #next: number | undefined;
  #highest = 0;
  #wake = () => {};

  add(packet: Buffer): void {
    const sequence = packet.readUInt16BE(2);
    const distance = ((sequence - this.#highest) << 16) >> 16;
    const number = this.#next === undefined ? sequence : this.#highest + distance;
    this.#next ??= number;
    this.#highest = Math.max(this.#highest, number);
    if (number < this.#next || this.#waiting.has(number)) return;
    this.#waiting.set(number, packet);
    this.count++;
    this.#wake();
  }

  /** Resolves as soon as there is something to take. */
  async more(): Promise<void> {
    while (!this.#waiting.has(this.#next ?? -1)) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Takes the packets before the first gap. */
  *take(): Generator<Buffer> {
    for (let packet; (packet = this.#waiting.get(this.#next ?? -1)); ) {
      this.#waiting.delete(this.#next!);
      this.#next!++;
      yield packet;
    }
  }
}

/** Janus 1.1, `record.c`: a signature, a description in JSON, and packets, each with its time. */
export function recorded(file: Buffer): Packets {
  if (file.toString('latin1', 0, 8) !== 'MJR00002') throw new Error('not a recording of Janus');
  const packets = new Packets();
  let at = 10 + file.readUInt16BE(8);
  while (at < file.length) {
    const start = at + 10;
    at = start + file.readUInt16BE(at + 8);
    packets.add(file.subarray(start, at));
  }
  return packets;
}
