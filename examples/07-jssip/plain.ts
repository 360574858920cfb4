import { UA, WebSocketInterface } from 'jssip';
import type { RTCSessionEvent } from 'jssip/lib/UA.js';
import { callee, camera, member, server, show } from '../page.ts';

const mine = await camera();
const options = { mediaStream: mine, pcConfig: { iceServers: [] } };
const sockets = [new WebSocketInterface(server)];
const ua = new UA({ sockets, uri: `sip:${member}@example.com` });

ua.on('newRTCSession', ({ originator, session }: RTCSessionEvent) => {
  session.on('confirmed', () => {
    const tracks = session.connection.getReceivers().map(({ track }) => track);
    show(new MediaStream(tracks));
  });
  if (originator === 'remote') session.answer(options);
});
ua.once('registered', () => {
  if (callee) ua.call(`sip:${callee}@example.com`, options);
});
ua.start();
