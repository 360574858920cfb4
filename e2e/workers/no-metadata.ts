for (const { prototype } of [RTCEncodedVideoFrame, RTCEncodedAudioFrame]) {
  const { getMetadata } = prototype;
  prototype.getMetadata = function () {
    const { mimeType: _, payloadType: __, ...rest } = getMetadata.call(this);
    return rest;
  };
}
