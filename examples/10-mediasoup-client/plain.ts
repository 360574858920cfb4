import { Device, type types } from 'mediasoup-client';
import { camera, show } from '../page.ts';
import { onProducer, request } from './signalling.ts';

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
