/** The worker in one script, as text: `build.mjs` makes the module. */
declare const script: string;
export default script;
