/** A list of what happened, the newest first. */
export class Log {
  readonly #list: HTMLElement;
  #last: { what: string; times: HTMLElement; count: number } | undefined;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  /**
   * Adds an event; what repeats is counted.
   *
   * @param count how often it happened since it was said last.
   */
  add(severity: 'done' | 'info' | 'warning' | 'error', what: string, hint = '', count = 1): void {
    const key = `${what} ${hint}`;
    if (this.#last?.what === key) {
      this.#last.count += count;
      this.#last.times.textContent = `× ${this.#last.count.toLocaleString('en')}`;
      return;
    }
    const item = document.createElement('li');
    item.dataset['severity'] = severity;
    const time = append(item, 'time', new Date().toTimeString().slice(0, 8));
    time.className = 'log-time';
    append(item, 'strong', what);
    const times = append(item, 'span', count > 1 ? `× ${count}` : '');
    times.className = 'log-count';
    if (hint) append(item, 'p', hint);
    this.#list.prepend(item);
    this.#list.children[MAX_LENGTH]?.remove();
    this.#last = { what: key, times, count };
  }
}

const MAX_LENGTH = 60;

function append(parent: HTMLElement, tag: string, text: string): HTMLElement {
  const child = document.createElement(tag);
  child.textContent = text;
  parent.append(child);
  return child;
}
