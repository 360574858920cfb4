/** Asks the script that answers this question beside the package's in the worker of this name. */
export function ask<Answer>(worker: string, what: string, question?: unknown): Promise<Answer> {
  const channel = new BroadcastChannel(`${worker}/${what}`);
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      channel.close();
      resolve(data);
    };
    channel.postMessage(question);
  });
}
