import { FramesealError } from './errors.js';

/**
 * Refuses tones on a sender: browsers make them behind the encoder, so they leave past the transform,
 * readable, and digits may be a card number or a PIN.
 */
export function refuseTelephoneEvents(sender: RTCRtpSender): void {
  const { dtmf } = sender;
  if (!dtmf) return;
  const insertDTMF = (): never => {
    throw new FramesealError(
      'telephone-events-refused',
      'tones would leave in the clear: send the digits as application data with seal(), or give ' +
        "the session the option telephoneEvents: 'allow' if everybody on the way may read them",
    );
  };
  Object.defineProperty(dtmf, 'insertDTMF', { value: insertDTMF });
}
