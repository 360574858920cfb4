import { Frameseal } from 'frameseal';
import { Web, type Session } from 'sip.js';
import { callee, camera, member, room, secret, server, show } from '../page.ts';

const frameseal = new Frameseal({ room, member, secret });
frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));
await frameseal.ready;

const mine = await camera();
const factory = Web.defaultSessionDescriptionHandlerFactory(async () => mine);
const peerConnectionConfiguration = { iceServers: [], encodedInsertableStreams: true };
const delegate: Web.SessionManagerDelegate = {
  onCallReceived: (session) => manager.answer(session),
  onCallAnswered(session) {
    const { peerConnection } = session.sessionDescriptionHandler as Web.SessionDescriptionHandler;
    if (peerConnection) frameseal.attach(peerConnection);
    const theirs = manager.getRemoteMediaStream(session);
    if (theirs) show(theirs);
    others.add(nameOf(session));
    frameseal.memberJoined(nameOf(session));
  },
  onCallHangup(session) {
    others.delete(nameOf(session));
    frameseal.memberLeft(nameOf(session));
  },
  onMessageReceived({ request: { body, from } }) {
    if (body.startsWith(KEY)) {
      frameseal.receive(from.uri.user!, Uint8Array.fromBase64(body.slice(KEY.length)));
    }
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

const KEY = 'frameseal:';
const others = new Set<string>();
frameseal.addEventListener('message', ({ detail: { to, data } }) => {
  for (const other of to === null ? others : [to]) {
    manager.message(`sip:${other}@example.com`, KEY + data.toBase64()).catch(console.warn);
  }
});

await manager.connect();
await manager.register();
if (callee) await manager.call(`sip:${callee}@example.com`);

function nameOf(session: Session): string {
  return session.remoteIdentity.uri.user ?? '';
}
