import { Frameseal } from 'frameseal';
import { Device, type types } from 'mediasoup-client';
import { camera, member, room, secret, show, socket } from '../page.ts';
import { onProducer, request } from './signalling.ts';

const frameseal = new Frameseal({ room, member, secret });
frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));
frameseal.addEventListener('message', ({ detail: { to, data } }) => {
  socket.send(JSON.stringify({ type: 'key', to, data: [...data] }));
});
socket.addEventListener('message', (event) => {
  const { type, from, data } = JSON.parse(event.data);
  if (type === 'joined') frameseal.memberJoined(from);
  if (type === 'left') frameseal.memberLeft(from);
  if (type === 'key') frameseal.receive(from, data);
});

await frameseal.ready;

const mine = await camera();
const device = await Device.factory();
await device.load({ routerRtpCapabilities: await request('capabilities') });

const additionalSettings = { iceServers: [], encodedInsertableStreams: true };
const transport = async () => {
  return { ...(await request<types.TransportOptions>('transport')), additionalSettings };
};
const receiving = device.createRecvTransport(await transport());
connect(receiving);
const theirs = new MediaStream();
onProducer(async (producer) => {
  const details = { transport: receiving.id, producer };
  const options = await request<types.ConsumerOptions>('consume', details);
  const consumer = await receiving.consume({
    ...options,
    onRtpReceiver: (receiver) => frameseal.protect(receiver),
  });
  theirs.addTrack(consumer.track);
  show(theirs);
});

const sending = device.createSendTransport(await transport());
connect(sending);
sending.on('produce', ({ kind, rtpParameters }, done, fail) => {
  const details = { transport: sending.id, kind, rtpParameters };
  request<{ id: string }>('produce', details).then(done, fail);
});
for (const track of mine.getTracks()) {
  await sending.produce({ track, onRtpSender: (sender) => frameseal.protect(sender) });
}

function connect(transport: types.Transport): void {
  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    request('connect', { transport: transport.id, dtlsParameters }).then(done, fail);
  });
}
