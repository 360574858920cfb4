import { Web } from 'sip.js';
import { callee, camera, member, server, show } from '../page.ts';

const mine = await camera();
const factory = Web.defaultSessionDescriptionHandlerFactory(async () => mine);
const peerConnectionConfiguration = { iceServers: [] };
const delegate: Web.SessionManagerDelegate = {
  onCallReceived: (session) => manager.answer(session),
  onCallAnswered(session) {
    const theirs = manager.getRemoteMediaStream(session);
    if (theirs) show(theirs);
  },
};
const manager = new Web.SessionManager(server, {
  aor: `sip:${member}@example.com`,
  delegate,
  media: { constraints: { audio: true, video: true } },
  userAgentOptions: {
    logLevel: 'error',
    sessionDescriptionHandlerFactory: factory,
    sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration },
  },
});

await manager.connect();
await manager.register();
if (callee) await manager.call(`sip:${callee}@example.com`);
