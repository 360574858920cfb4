/** A function of a WebAssembly module. */
export type Exported = (...args: unknown[]) => unknown;

/** Has `wrap` put other functions in the place of those that modules export from now on. */
export function wrapExports(wrap: (name: string, exported: Exported) => Exported): void {
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(Instance, [module, imports]: [WebAssembly.Module, WebAssembly.Imports?]) {
      const { exports } = new Instance(module, imports);
      const wrapped = Object.entries(exports).map(([name, value]) => {
        return [name, typeof value === 'function' ? wrap(name, value as Exported) : value];
      });
      return { exports: Object.fromEntries(wrapped) };
    },
  });
}
