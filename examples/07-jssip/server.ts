export { startSipProxy as start } from '../lib/sip-proxy.ts';
