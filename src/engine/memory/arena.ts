import { MarqueeError } from '../../core/errors.ts'
import { createKernels, type Kernels } from '../kernels/kernels.ts'
import { chooseSimd, type Simd } from '../kernels/load.ts'
import { availableMemory } from './available.ts'

const page = 65536
/** What one WebAssembly memory can hold: 4 GiB less the first page, which belongs to the kernels' constants. */
export const maximumArenaBytes = 65535 * page

/** Where parameters, gradients and scratch live: arrays that kernels and ONNX Runtime use in place. */
export interface Workspace {
  /** n zeros. RangeError where the workspace is full: `bytes` was planned too small. */
  float32(n: number): Float32Array<ArrayBuffer>
  int32(n: number): Int32Array<ArrayBuffer>
  uint8(n: number): Uint8Array<ArrayBuffer>
  readonly kernels: Kernels
}

/** One WebAssembly memory of fixed size, given out from its start in 64-byte steps and never taken back. */
export interface Arena extends Workspace {
  readonly memory: WebAssembly.Memory
  readonly shared: boolean
  readonly simd: Simd
  /** Bytes given out, and bytes there are. */
  readonly used: number
  readonly bytes: number
}

export interface ArenaOptions {
  /** Room for arrays, see arenaBytes(); rounded up to whole pages of 64 KiB. */
  readonly bytes: number
  /** Backed by a SharedArrayBuffer, for worker threads. ONNX Runtime takes no views of such a memory. Default false. */
  readonly shared?: boolean
  /** `plain` leaves relaxed (fused) instructions out: slower, but the same bits on every machine. Default `auto`. */
  readonly simd?: 'auto' | Simd
  /** Bytes that may be used; default: what the system says is available. */
  readonly available?: number
}

/** How many elements an arena is to hold, one number per array. */
export interface ArrayCounts {
  readonly float32?: readonly number[]
  readonly int32?: readonly number[]
  readonly uint8?: readonly number[]
}

/** The bytes of an arena that holds these arrays, each rounded up to 64. */
export function arenaBytes({ float32 = [], int32 = [], uint8 = [] }: ArrayCounts): number {
  let bytes = 0
  for (const n of float32) bytes += aligned(n * 4)
  for (const n of int32) bytes += aligned(n * 4)
  for (const n of uint8) bytes += aligned(n)
  return bytes
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64
const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`

/**
 * Makes an arena. Its size is fixed, so that its views are never detached.
 * Throws `out-of-memory` where the machine has too little memory or one WebAssembly memory (4 GiB) is too small.
 */
export async function createArena(options: ArenaOptions): Promise<Arena> {
  const { shared = false, available = availableMemory() } = options
  const simd = chooseSimd(options.simd)
  if (!(options.bytes >= 0)) throw new RangeError(`an arena of ${options.bytes} bytes`)
  const pages = Math.ceil(options.bytes / page) + 1
  const total = pages * page
  if (pages > 65536) {
    throw new MarqueeError('out-of-memory', `${mebibytes(total)} are needed in one memory, which holds 4,096 MiB`, {
      remedy: 'Make the embeddings or layers smaller, or give each table and layer an arena of its own.',
    })
  }
  const short = (cause?: unknown): MarqueeError =>
    new MarqueeError('out-of-memory', `${mebibytes(total)} are needed and ${mebibytes(available)} are available`, {
      remedy: 'Make the model or the batch smaller, close other programs, or use a machine with more memory.',
      cause,
    })
  if (total > available) throw short()
  let memory: WebAssembly.Memory
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared })
  } catch (cause) {
    throw short(cause)
  }
  return attachArena(memory, simd)
}

/**
 * An arena over a memory that is there already: another thread's view of a shared one. Arrays taken in the same order have
 * the same places in every thread; nothing is written.
 */
export async function attachArena(memory: WebAssembly.Memory, simd: Simd): Promise<Arena> {
  const kernels = await createKernels(memory, simd)
  const buffer = memory.buffer as ArrayBuffer
  const total = buffer.byteLength
  let top = page
  const take = (n: number, bytes: number): number => {
    if (!(Number.isInteger(n) && n >= 0)) throw new RangeError(`an array of ${n} elements`)
    const start = top
    if (start + bytes > total) {
      throw new RangeError(`the arena holds ${total - page} bytes, ${start - page + bytes} are asked for`)
    }
    top = Math.min(total, start + aligned(bytes))
    return start
  }
  return {
    memory,
    shared: typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer,
    simd,
    kernels,
    bytes: total - page,
    get used() {
      return top - page
    },
    float32: (n) => new Float32Array(buffer, take(n, n * 4), n),
    int32: (n) => new Int32Array(buffer, take(n, n * 4), n),
    uint8: (n) => new Uint8Array(buffer, take(n, n), n),
  }
}
