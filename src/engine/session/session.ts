/** Where a session computes: natively on the CPU, in WebAssembly, or on a graphics card by WebGPU or CUDA. */
export type Provider = 'cpu' | 'wasm' | 'webgpu' | 'cuda'

export interface SessionOptions {
  /** 'cpu' unless given; where onnxruntime-node cannot be loaded and no provider was asked for, 'wasm'. */
  readonly provider?: Provider
  /** Threads within one op; 1 unless given. */
  readonly threads?: number
}

/** Buffers the caller keeps; never views of a SharedArrayBuffer, which ONNX Runtime rejects. bool is a Uint8Array of 0 and 1. */
export type Buffers = Readonly<Record<string, Float32Array | Int32Array | BigInt64Array | Uint8Array>>

/** A session with its buffers: run() reads the feeds as they are then and writes the results into the fetches. */
export interface BoundRun {
  run(): Promise<void>
}

/** An ONNX model loaded into ONNX Runtime. */
export class Session {
  readonly provider: Provider

  private constructor(provider: Provider) {
    this.provider = provider
  }

  static async create(_bytes: Uint8Array, _options: SessionOptions = {}): Promise<Session> {
    throw new Error('not yet')
  }

  /**
   * Binds typed arrays to inputs and outputs by name (outputs not named are not computed) and gives sizes to the
   * named dimensions; every length is checked here, once. For a smaller last batch bind again with subarrays.
   */
  bind(_feeds: Buffers, _fetches: Buffers, _dims: Readonly<Record<string, number>> = {}): BoundRun {
    throw new Error('not yet')
  }

  async release(): Promise<void> {}
}
