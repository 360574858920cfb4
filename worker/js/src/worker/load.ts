import { initSync } from '../../wasm/frameseal.js';

/** Loads the wasm module from a URL, or from beside this script. */
export async function load(url?: string): Promise<void> {
  const response = await fetch(url ?? new URL('./frameseal_bg.wasm', import.meta.url));
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  initSync({ module: await compile(response) });
}

/** While it comes in, if the server names its type; browsers refuse to otherwise. */
async function compile(response: Response): Promise<WebAssembly.Module> {
  return response.headers.get('Content-Type') === 'application/wasm'
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
