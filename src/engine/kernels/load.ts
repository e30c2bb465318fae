import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MarqueeError } from '../../core/errors.ts'

export type Simd = 'relaxed' | 'plain'

/** A module of one function that multiplies and adds by the relaxed instruction: only engines that have it accept it. */
const probe = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // type: () -> v128
  ...[0x03, 0x02, 0x01, 0x00], // one function of that type
  ...[0x0a, 0x13, 0x01, 0x11, 0x00], // its code
  ...[0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f], // three times i8x16.splat(0)
  ...[0xfd, 0x85, 0x02, 0x0b], // f32x4.relaxed_madd
)

/** The SIMD instructions to use: relaxed where the engine has them, unless told otherwise. */
export function chooseSimd(wanted: 'auto' | Simd = 'auto'): Simd {
  if (wanted !== 'auto') return wanted
  return WebAssembly.validate(probe) ? 'relaxed' : 'plain'
}

const modules = new Map<string, WebAssembly.Module>()

/**
 * Instantiates an entry module of src/engine/kernels/wasm over a memory and returns its exports. Several modules, and
 * the same one in several threads, may share a memory: each keeps its constants at a place of its own in the first page.
 * Throws `kernels-missing` where they have not been compiled.
 */
export async function instantiateKernels<Exports>(
  entry: string,
  memory: WebAssembly.Memory,
  simd: 'auto' | Simd = 'auto',
): Promise<Exports> {
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
  const file = `${entry}.${chooseSimd(simd)}${shared ? '.shared' : ''}.wasm`
  let module = modules.get(file)
  if (!module) {
    module = await WebAssembly.compile(read(file))
    modules.set(file, module)
  }
  const instance = await WebAssembly.instantiate(module, { env: { memory } })
  return instance.exports as Exports
}

function read(file: string): Uint8Array<ArrayBuffer> {
  // The same depth from src/ and from dist/.
  const path = fileURLToPath(new URL(`../../../build/kernels/${file}`, import.meta.url))
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new MarqueeError('kernels-missing', 'the compiled kernels are not there', {
      place: path,
      remedy: 'Run "node scripts/build-kernels.mjs" in the package (npm ci does so, with development dependencies).',
      cause,
    })
  }
}
