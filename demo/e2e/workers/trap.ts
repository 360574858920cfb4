/**
 * Lets the WebAssembly module of the script that is imported next trap when it is told to.
 *
 * A module that does nothing but trap takes the place of every function of the other, so what is
 * thrown is what a bug in Rust would throw, from whatever call comes next.
 */

/**
 * `(module (func (export "trap") unreachable))`: magic and version, then a section each for the
 * type, the function, its export and its code.
 */
const TRAP = Uint8Array.from(
  [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    [0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
    [0x03, 0x02, 0x01, 0x00],
    [0x07, 0x08, 0x01, 0x04, 0x74, 0x72, 0x61, 0x70, 0x00, 0x00],
    [0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b],
  ].flat(),
);

let trapped = false;
new BroadcastChannel(self.name).onmessage = ({ data }) => {
  if (data === 'trap') trapped = true;
};

const trap = new WebAssembly.Instance(new WebAssembly.Module(TRAP)).exports['trap'] as () => never;

const { instantiate, instantiateStreaming } = WebAssembly;
Object.assign(WebAssembly, {
  instantiate: async (bytes: BufferSource, imports?: WebAssembly.Imports) =>
    fragile(await instantiate(bytes, imports)),
  instantiateStreaming: async (response: Promise<Response>, imports?: WebAssembly.Imports) =>
    fragile(await instantiateStreaming(response, imports)),
});

/** The same module, each of whose functions traps once it shall. */
function fragile({ module, instance }: WebAssembly.WebAssemblyInstantiatedSource) {
  const exports = Object.entries(instance.exports).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value] as const;
    return [
      name,
      (...args: unknown[]) => (trapped ? trap() : Reflect.apply(value, undefined, args)),
    ] as const;
  });
  return { module, instance: { exports: Object.fromEntries(exports) } };
}
