/**
 * Answers a question of the page on the side: see `ask()` in `pages/ask.ts`.
 *
 * Whoever made this worker knows its name, and asks there: what comes on the worker's own port, the
 * script under test would hear.
 */
export function answer<Question>(what: string, reply: (question: Question) => unknown): void {
  const channel = new BroadcastChannel(`${self.name}/${what}`);
  channel.onmessage = async ({ data }) => channel.postMessage(await reply(data));
}
