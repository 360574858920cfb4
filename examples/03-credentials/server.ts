/** Stands for your server, which knows who is logged in: it signs whose fingerprint is whose. */

import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ExampleServer } from '../lib/serve.ts';

export interface Authority extends ExampleServer {
  /** Signs another fingerprint than it is asked to, as for a member that somebody is in the place of. */
  errs: boolean;
}

export async function start(): Promise<Authority> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://authority');
    response.setHeader('access-control-allow-origin', '*');
    if (pathname === '/key') {
      response.end(JSON.stringify(publicKey.export({ format: 'jwk' })));
      return;
    }
    // Yours takes the member from the login.
    const [room, member] = [searchParams.get('room'), searchParams.get('member')];
    const fingerprint = authority.errs ? '0'.repeat(64) : await text(request);
    const statement = Buffer.from(JSON.stringify([room, member, fingerprint]));
    const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
    response.end(sign('sha256', statement, key));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const authority: Authority = {
    errs: false,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return authority;
}
