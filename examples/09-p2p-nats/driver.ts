import type { NatsConnection, Subscription } from '@nats-io/nats-core';
import type { Driver, Message } from 'p2p';

/** What p2p asks of signalling, over NATS: a namespace is a subject. */
export function natsDriver(nats: NatsConnection): Driver {
  const subscriptions = new Map<unknown, Map<string, Subscription>>();
  const subjectOf = (namespace: string[]) => ['p2p', ...namespace].join('.');
  return {
    subscribe(namespace, handler) {
      const subject = subjectOf(namespace);
      const subscription = nats.subscribe(subject, {
        callback: (_, message) => handler(message.json<Message>()),
      });
      const handlers = subscriptions.get(handler) ?? new Map<string, Subscription>();
      subscriptions.set(handler, handlers.set(subject, subscription));
    },
    unsubscribe(namespace, handler) {
      subscriptions.get(handler)?.get(subjectOf(namespace))?.unsubscribe();
    },
    publish(namespace, message) {
      nats.publish(subjectOf(namespace), JSON.stringify(message));
    },
  };
}
