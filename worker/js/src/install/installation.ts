import { isPromise, METHODS } from '../client/attach.js';
import { closedConfiguration, keepClosed, OWN } from '../client/connection.js';
import { FramesealError } from '../client/errors.js';
import { refuseUnknown } from '../client/options.js';
import { transport } from '../client/transport.js';
import { Connections } from './connections.js';

/** What `install()` may be told. */
export interface InstallOptions {
  /**
   * Leaves connections alone, for example those to a service that must read their media: their frames
   * leave in the clear. By default none. The configuration is as the page gave it.
   */
  exempt?: ((configuration: RTCConfiguration | undefined) => boolean) | undefined;

  /**
   * Called with a connection that has waited for 2 s, closed, because no session claims it. By default
   * the console tells it as an error.
   */
  unclaimed?: ((pc: RTCPeerConnection) => void) | undefined;
}

/** A `Frameseal`, as far as it concerns connections. */
export interface Claimant {
  readonly ready: Promise<unknown>;
  /** Protects a connection, now and later. */
  attach(pc: RTCPeerConnection): void;
}

/**
 * Wraps `RTCPeerConnection`, so that none of the page's connections can send media in the clear.
 *
 * Let it be the first module that the page imports: a constructor that somebody has kept before is out
 * of its reach. What such a connection adds later is refused with `encoded-streams-disabled`, in
 * browsers where it could leak. A frame of the same origin has a constructor of its own: see
 * {@link Installation.cover}. A second call changes nothing.
 *
 * ```ts
 * import { install } from 'frameseal/install.js'; // before everything else
 * const installation = install();
 * …
 * installation.claim(new Frameseal({ room, member, secret }));
 * ```
 */
export function install(options: InstallOptions = {}): Installation {
  const { exempt, unclaimed, ...unknown } = options;
  refuseUnknown(unknown);
  const page = globalThis as typeof globalThis & { [INSTALLED]?: Installation };
  page[INSTALLED] ??= Installation.make({ exempt, unclaimed }, () => delete page[INSTALLED]);
  return page[INSTALLED];
}

/** What {@link install} has wrapped. */
export class Installation {
  readonly #connections: Connections;
  readonly #exempt: NonNullable<InstallOptions['exempt']>;
  readonly #covered = new Set<Realm>();
  readonly #undos: (() => void)[] = [];
  readonly #forget: () => void;

  private constructor(
    { exempt = () => false, unclaimed = complain }: InstallOptions,
    forget: () => void,
  ) {
    this.#exempt = exempt;
    this.#connections = new Connections(unclaimed);
    this.#forget = forget;
    this.cover(globalThis);
  }

  /** @internal */
  static make(options: InstallOptions, forget: () => void): Installation {
    return new Installation(options, forget);
  }

  /**
   * Gives a session the connections that nobody has claimed, and those that are made from now on; as
   * soon as it is ready.
   *
   * @param wants which of them; by default all. The session that claimed first is asked first.
   */
  claim(frameseal: Claimant, wants: (pc: RTCPeerConnection) => boolean = () => true): void {
    this.#connections.claim({ frameseal, wants });
  }

  /** Takes a session out, for example before `close()`: it gets no further connections. */
  release(frameseal: Claimant): void {
    this.#connections.release(frameseal);
  }

  /** Wraps the constructor of another realm: the `contentWindow` of a frame of the same origin. */
  cover(realm: Realm): void {
    if (this.#covered.has(realm)) return;
    this.#covered.add(realm);
    const { RTCPeerConnection: original } = realm;
    const wrapped = this.#wrapConstructor(original);
    for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection'] as const) {
      if (name in realm) this.#replace(realm, name, wrapped);
    }
    this.#replace(original.prototype, 'constructor', wrapped);
    for (const name of METHODS) {
      if (name in original.prototype) this.#wrapMethod(original.prototype, name);
    }
    this.#keepClosed(original.prototype);
  }

  /**
   * Takes the wrappers away. Connections that a session has claimed stay protected; those that none
   * has claimed stay closed.
   */
  undo(): void {
    for (const undo of this.#undos.splice(0).reverse()) undo();
    this.#covered.clear();
    this.#forget();
  }

  #wrapConstructor(original: typeof RTCPeerConnection): typeof RTCPeerConnection {
    return new Proxy(original, {
      construct: (target, [given, ...rest]: [RTCConfiguration?], newTarget) => {
        if (this.#exempt(given) || (given && OWN in given)) {
          const pc: RTCPeerConnection = Reflect.construct(target, [given, ...rest], newTarget);
          this.#connections.exempt(pc);
          return pc;
        }
        requireTransforms();
        const closed = closedConfiguration(given);
        const pc: RTCPeerConnection = Reflect.construct(target, [closed, ...rest], newTarget);
        this.#connections.add(pc);
        return pc;
      },
    });
  }

  /** Also for calls that go by the prototype, past whatever one connection has of its own. */
  #wrapMethod(prototype: RTCPeerConnection, name: string): void {
    const original: (...args: never[]) => unknown = Reflect.get(prototype, name);
    const connections = this.#connections;
    this.#replace(prototype, name, function (this: RTCPeerConnection, ...args: never[]): unknown {
      const result = Reflect.apply(original, this, args);
      connections.protect(this);
      return isPromise(result) ? result.then(protectFirst(connections, this)) : result;
    });
  }

  #keepClosed(prototype: RTCPeerConnection): void {
    const { setConfiguration } = prototype;
    keepClosed(prototype);
    this.#undos.push(() => (prototype.setConfiguration = setConfiguration));
  }

  #replace(target: object, name: string, value: unknown): void {
    const before = Object.getOwnPropertyDescriptor(target, name)!;
    Object.defineProperty(target, name, { ...before, value });
    this.#undos.push(() => Object.defineProperty(target, name, before));
  }
}

/** A window, with its own constructor. */
export type Realm = Pick<typeof globalThis, 'RTCPeerConnection'>;

function protectFirst<T>(connections: Connections, pc: RTCPeerConnection): (value: T) => T {
  return (value) => {
    connections.protect(pc);
    return value;
  };
}

/** Fails closed where nothing can be held back. */
function requireTransforms(): void {
  if (transport) return;
  throw new FramesealError(
    'unsupported-browser',
    'this browser cannot seal media: exempt() the connections that may go without',
  );
}

function complain(pc: RTCPeerConnection): void {
  console.error(
    'Frameseal: no session claims this connection, so its media waits. ' +
      'Call claim() with a session, or let exempt() leave it alone.',
    pc,
  );
}

const INSTALLED = Symbol.for('frameseal.installation');
