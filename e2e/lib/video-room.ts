/** Has a Janus record what comes into a room, as whoever runs it can. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** @param url of the WebSocket API. */
export async function recordRoom(url: string, room: string, isSealed: boolean): Promise<void> {
  const socket = new WebSocket(url, 'janus-protocol');
  await once(socket, 'open');
  let transactions = 0;
  let session: number | undefined;
  const ask = (request: object): Promise<Answer> => {
    const transaction = String(++transactions);
    socket.send(JSON.stringify({ ...request, transaction, session_id: session }));
    return new Promise((resolve) => {
      socket.on('message', (text) => {
        const answer = JSON.parse(String(text)) as Answer & { transaction?: string };
        if (answer.transaction === transaction) resolve(answer);
      });
    });
  };
  session = (await ask({ janus: 'create' })).data?.id;
  const { data } = await ask({ janus: 'attach', plugin: 'janus.plugin.videoroom' });
  const body = { request: 'enable_recording', room: roomNumber(room, isSealed), record: true };
  const answer = await ask({ janus: 'message', handle_id: data?.id, body });
  socket.close();
  const { error, record } = answer.plugindata?.data ?? {};
  if (!record) throw new Error(`Janus does not record: ${error}`);
}

/** As the application numbers its rooms: the first 52 bits of a hash. */
function roomNumber(room: string, isSealed: boolean): number {
  const hash = createHash('sha256').update(`${isSealed ? 'sealed' : 'open'} ${room}`).digest();
  return Number(hash.readBigUInt64BE() >> 12n);
}

interface Answer {
  data?: { id: number };
  plugindata?: { data: { error?: string; record?: boolean } };
}
