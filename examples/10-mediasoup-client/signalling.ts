import { server } from '../page.ts';

/** The signalling of an application with its mediasoup server: requests, answers, and who sends. */
const channel = new WebSocket(server);
const opened = new Promise((opened) => channel.addEventListener('open', opened, { once: true }));
const pending = new Map<number, (answer: never) => void>();

export async function request<Answer = never>(
  method: string,
  details: object = {},
): Promise<Answer> {
  await opened;
  const id = pending.size;
  channel.send(JSON.stringify({ id, method, ...details }));
  return new Promise((resolve) => pending.set(id, resolve));
}

/** Also for those who send already. */
export function onProducer(handle: (producer: string) => void): void {
  channel.addEventListener('message', ({ data }) => {
    const { producer } = JSON.parse(data);
    if (producer) handle(producer);
  });
}

channel.addEventListener('message', ({ data }) => {
  const { id, answer } = JSON.parse(data);
  pending.get(id)?.(answer as never);
});
