// Serves an example: `node examples/serve.mjs 05-peerjs`.

import { randomBytes } from 'node:crypto';
import { register } from 'tsx/esm/api';

register();
const { examples, serve } = await import('./lib/serve.ts');

const [, , name] = process.argv;
if (!examples().includes(name)) {
  console.error(`Name an example: ${examples().join(', ')}`);
  process.exit(1);
}
const { origin, close } = await serve(name, { port: 8090 });
process.once('SIGINT', () => close().finally(() => process.exit()));
const secret = randomBytes(32).toString('base64url');
console.log(`Open these two, in this order, each in a tab of its own:
  ${origin}/?member=alice#${secret}
  ${origin}/?member=bob&call=alice#${secret}
The same call before it is sealed:
  ${origin}/plain?member=alice#
  ${origin}/plain?member=bob&call=alice#`);
