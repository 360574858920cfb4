/** A script, to be imported for what it does. */
declare module 'frameseal/worker.js';
