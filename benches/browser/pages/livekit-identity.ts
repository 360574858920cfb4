/** Who sends, for LiveKit's worker. With a shared key there need be no other. */
export const LIVEKIT_IDENTITY = 'alice';
