/** The variants of a codec, for example `VP8`, that the browser both sends and receives. */
export function codecs(name: string): RTCRtpCodec[] {
  const mimeType = `video/${name}`.toLowerCase();
  const named = (all: RTCRtpCapabilities | null) =>
    all?.codecs.filter((codec) => codec.mimeType.toLowerCase() === mimeType) ?? [];
  const sent = named(RTCRtpSender.getCapabilities('video')).map(({ sdpFmtpLine }) => sdpFmtpLine);
  return named(RTCRtpReceiver.getCapabilities('video')).filter(({ sdpFmtpLine }) => {
    return sent.includes(sdpFmtpLine);
  });
}
