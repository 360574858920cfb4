import { Device, type types } from 'mediasoup-client';
import { camera, show } from '../page.ts';
import { onProducer, request } from './signalling.ts';

const mine = await camera();
const device = await Device.factory();
await device.load({ routerRtpCapabilities: await request('capabilities') });

const transport = () => request<types.TransportOptions>('transport');
const receiving = device.createRecvTransport(await transport());
connect(receiving);
const theirs = new MediaStream();
onProducer(async (producer) => {
  const details = { transport: receiving.id, producer };
  const options = await request<types.ConsumerOptions>('consume', details);
  const consumer = await receiving.consume(options);
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
  await sending.produce({ track });
}

function connect(transport: types.Transport): void {
  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    request('connect', { transport: transport.id, dtlsParameters }).then(done, fail);
  });
}
