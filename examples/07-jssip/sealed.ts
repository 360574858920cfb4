import { Frameseal } from 'frameseal';
import { UA, WebSocketInterface } from 'jssip';
import type { IncomingInfoEvent } from 'jssip/lib/RTCSession.js';
import type { RTCSessionEvent } from 'jssip/lib/UA.js';
import { callee, camera, member, room, secret, server, show } from '../page.ts';

const frameseal = new Frameseal({ room, member, secret });
frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));
await frameseal.ready;

const mine = await camera();
const options = { mediaStream: mine, pcConfig: { iceServers: [], encodedInsertableStreams: true } };
const KEY = 'application/x-frameseal';
const sockets = [new WebSocketInterface(server)];
const ua = new UA({ sockets, uri: `sip:${member}@example.com` });

ua.on('newRTCSession', ({ originator, session }: RTCSessionEvent) => {
  const other = session.remote_identity.uri.user;
  frameseal.addEventListener('message', ({ detail: { to, data } }) => {
    const isMeant = (to ?? other) === other && session.isEstablished();
    if (isMeant) session.sendInfo(KEY, data.toBase64());
  });
  session.on('newInfo', ({ originator, info }: IncomingInfoEvent) => {
    if (originator !== 'remote' || info.contentType !== KEY) return;
    frameseal.receive(other, Uint8Array.fromBase64(info.body));
  });
  session.on('ended', () => frameseal.memberLeft(other));
  session.on('confirmed', () => {
    frameseal.attach(session.connection);
    frameseal.memberJoined(other);
    const tracks = session.connection.getReceivers().map(({ track }) => track);
    show(new MediaStream(tracks));
  });
  if (originator === 'remote') session.answer(options);
});
ua.once('registered', () => {
  if (callee) ua.call(`sip:${callee}@example.com`, options);
});
ua.start();
