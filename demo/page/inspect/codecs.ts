/** Returns the video codecs that this browser both sends and receives, by their usual names. */
export function videoCodecs(): string[] {
  return NAMES.filter((name) => variants(name).length > 0);
}

/** Returns what to negotiate so that nothing but this codec is sent. */
export function only(name: string): RTCRtpCodec[] {
  return [...variants(name), ...variants('rtx')];
}

/** Returns a codec's usual name, for example `H.264` of `video/H264`. */
export function codecName(mimeType: string | undefined): string {
  const subtype = mimeType?.split('/')[1] ?? '';
  return [...NAMES, 'Opus'].find((name) => isNamed(subtype, name)) ?? subtype;
}

/** Those that Frameseal has an envelope for. */
const NAMES = ['VP8', 'VP9', 'H.264', 'AV1'];

function variants(name: string): RTCRtpCodec[] {
  const named = (all: RTCRtpCapabilities | null): RTCRtpCodec[] =>
    all?.codecs.filter(({ mimeType }) => isNamed(mimeType.slice('video/'.length), name)) ?? [];
  const sent = named(RTCRtpSender.getCapabilities('video'));
  return named(RTCRtpReceiver.getCapabilities('video')).filter(({ sdpFmtpLine }) =>
    sent.some((codec) => codec.sdpFmtpLine === sdpFmtpLine),
  );
}

function isNamed(subtype: string, name: string): boolean {
  return subtype.toLowerCase() === name.replace('.', '').toLowerCase();
}
