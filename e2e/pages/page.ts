/** What is in every page: the module of its name, and how the driver calls what that exports. */

import { pack, unpack } from './travel.ts';

const module = import(location.pathname.replace('.html', '.js'));

window.run = async (name, args) => {
  const run = Reflect.get(await module, name) as (...args: unknown[]) => unknown;
  return pack(await run(...(unpack(args) as unknown[])));
};
