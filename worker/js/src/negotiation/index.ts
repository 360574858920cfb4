/**
 * Negotiation that never rolls back: the entry `frameseal/negotiation.js`.
 *
 * @packageDocumentation
 */

export { Negotiation, type NegotiationOptions, type NegotiationSignal } from './negotiation.js';
