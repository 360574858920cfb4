/**
 * Calls `rolledBack` when an offer of this end is rolled back: by a description of that type, or by
 * the other end's offer that takes its place.
 */
export function watchRollback(pc: RTCPeerConnection, rolledBack: () => void): void {
  let state = pc.signalingState;
  let agreed = agreedDescription(pc);
  pc.addEventListener('signalingstatechange', () => {
    const before = state;
    state = pc.signalingState;
    const isStable = state === 'stable';
    const isBack = isStable && agreedDescription(pc) === agreed;
    if (before === 'have-local-offer' && (isBack || state === 'have-remote-offer')) rolledBack();
    if (isStable) agreed = agreedDescription(pc);
  });
}

/** Changes with each negotiation that succeeds. */
function agreedDescription(pc: RTCPeerConnection): string | undefined {
  return pc.currentLocalDescription?.sdp;
}
