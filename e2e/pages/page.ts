/** What is in every page: the module of its name, and how the driver calls what that exports. */

import { pack, unpack } from './travel.ts';

// Without WebRTC a page makes up a transform's streams itself: the package only asks whether there are any.
if (!('RTCPeerConnection' in window)) Object.assign(window, { RTCRtpScriptTransform: class {} });

const module = import(location.pathname.replace('.html', '.js'));

window.run = async (name, args) => {
  const run = Reflect.get(await module, name) as (...args: unknown[]) => unknown;
  return pack(await run(...(unpack(args) as unknown[])));
};
