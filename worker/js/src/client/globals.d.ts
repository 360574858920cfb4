declare global {
  interface RTCConfiguration {
    /** Of Chromium: media waits for its transforms. TypeScript's own libraries do not know it. */
    encodedInsertableStreams?: boolean;
  }
}

export {};
