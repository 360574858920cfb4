/** Scripts, to be imported for what they do. */
declare module 'frameseal/worker.js';
