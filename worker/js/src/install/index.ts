/**
 * Protection for pages whose library makes its connections itself: the entry `frameseal/install.js`.
 *
 * @packageDocumentation
 */

export {
  install,
  Installation,
  type Claimant,
  type InstallOptions,
  type Realm,
} from './installation.js';
