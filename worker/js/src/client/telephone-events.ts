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
      'tones would leave in the clear: send the digits with seal(), or set telephoneEvents to allow',
    );
  };
  Object.defineProperty(dtmf, 'insertDTMF', { value: insertDTMF });
}
