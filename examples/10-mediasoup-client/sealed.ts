import { install } from 'frameseal/install.js'; // before everything else
import { Frameseal } from 'frameseal';
import { Device, type types } from 'mediasoup-client';
import { camera, member, room, secret, show, socket } from '../page.ts';
import { onProducer, request } from './signalling.ts';

const installation = install();
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
installation.claim(frameseal);

const mine = await camera();
const device = await Device.factory();
await device.load({ routerRtpCapabilities: await request('capabilities') });

const receiving = device.createRecvTransport(await request('transport'));
connect(receiving);
const theirs = new MediaStream();
onProducer(async (producer) => {
  const { id: transport } = receiving;
  const consumer = await receiving.consume(await request('consume', { transport, producer }));
  theirs.addTrack(consumer.track);
  show(theirs);
});

const sending = device.createSendTransport(await request('transport'));
connect(sending);
sending.on('produce', ({ kind, rtpParameters }, done, fail) => {
  const { id: transport } = sending;
  request<{ id: string }>('produce', { transport, kind, rtpParameters }).then(done, fail);
});
for (const track of mine.getTracks()) await sending.produce({ track });

function connect(transport: types.Transport): void {
  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    request('connect', { transport: transport.id, dtlsParameters }).then(done, fail);
  });
}
