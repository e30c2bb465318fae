import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { MarqueeError } from '../../core/errors.ts'
import { loadRuntime, type Provider, type Runtime } from './runtime.ts'
import { fetchesWithMarker, runInPlace, withMarker } from './written-in-place.ts'

export interface SessionOptions {
  /** 'cpu' unless given; where onnxruntime-node cannot be loaded and no provider was asked for, 'wasm'. */
  readonly provider?: Provider
  /** Threads within one op; 1 unless given. */
  readonly threads?: number
}

export type Buffer = Float32Array | Int32Array | BigInt64Array | Uint8Array

/** Typed arrays the caller keeps, by input or output name; bool is a Uint8Array of 0 and 1. */
export type Buffers = Readonly<Record<string, Buffer>>

/** A session with its buffers: run() reads the feeds as they are then and writes the results into the fetches. */
export interface BoundRun {
  run(): Promise<void>
}

/** An ONNX model loaded into ONNX Runtime. */
export class Session {
  /** Where it computes, after any fallback. */
  readonly provider: Provider
  readonly #runtime: Runtime
  readonly #session: InferenceSession

  private constructor(runtime: Runtime, session: InferenceSession) {
    this.provider = runtime.provider
    this.#runtime = runtime
    this.#session = session
  }

  /**
   * Loads a model.
   * @throws MarqueeError `provider-unavailable` if the provider is not there, saying how to get it; `bad-model` if
   * ONNX Runtime refuses the bytes.
   */
  static async create(bytes: Uint8Array, options: SessionOptions = {}): Promise<Session> {
    const { threads = 1 } = options
    if (!Number.isInteger(threads) || threads < 1) {
      throw new MarqueeError('bad-threads', `${threads} threads`, { remedy: 'Give a whole number from 1.' })
    }
    const runtime = await loadRuntime(options.provider, threads)
    return new Session(runtime, await runtime.createSession(runtime.writesFetches ? withMarker(bytes) : bytes))
  }

  /** Names of the model's inputs. */
  get inputs(): readonly string[] {
    return this.#session.inputNames
  }

  /** Names of the model's outputs. */
  get outputs(): readonly string[] {
    return this.#outputs.map((value) => value.name)
  }

  /**
   * Binds typed arrays to all inputs and to the outputs wanted (others are not computed) and gives sizes to the named
   * dimensions; names, dtypes and lengths are checked here, once. On cpu nothing is copied: ONNX Runtime reads and
   * writes these arrays themselves; on the other providers run() copies. For a smaller last batch bind again with
   * subarrays. Do not touch the arrays between run() and its completion, nor let two bound runs write the same array.
   * @throws RangeError for a wrong name or length or an unknown dimension; TypeError for a wrong dtype or a view of a
   * SharedArrayBuffer, which ONNX Runtime rejects.
   */
  bind(feeds: Buffers, fetches: Buffers, dims: Readonly<Record<string, number>> = {}): BoundRun {
    const inputs = this.#tensors('input', this.#session.inputMetadata, feeds, dims)
    const outputs = this.#tensors('output', this.#outputs, fetches, dims)
    for (const name of this.#session.inputNames) {
      if (inputs[name] === undefined) throw new RangeError(`input '${name}' is not bound`)
    }
    const session = this.#session
    if (this.#runtime.writesFetches) {
      const marked = fetchesWithMarker(outputs)
      return { run: () => runInPlace(session, inputs, marked) }
    }
    const names = Object.keys(outputs)
    return {
      async run() {
        const results = await session.run(inputs, names)
        for (const name of names) {
          const result = results[name]!
          ;(fetches[name] as Float32Array).set(result.data as Float32Array)
          result.dispose()
        }
      },
    }
  }

  /** Frees the model's memory; no bound run may be used afterwards. */
  async release(): Promise<void> {
    await this.#session.release()
  }

  get #outputs(): readonly InferenceSession.ValueMetadata[] {
    return this.#session.outputMetadata.filter((value) => value.isTensor)
  }

  #tensors(
    kind: string,
    metadata: readonly InferenceSession.ValueMetadata[],
    buffers: Buffers,
    dims: Readonly<Record<string, number>>,
  ): Record<string, Tensor> {
    const tensors: Record<string, Tensor> = {}
    for (const [name, buffer] of Object.entries(buffers)) {
      const value = metadata.find((candidate) => candidate.name === name)
      if (value === undefined || !value.isTensor) {
        throw new RangeError(`${kind} '${name}' is none of ${metadata.map((candidate) => candidate.name).join(', ')}`)
      }
      const place = `${kind} '${name}' ${value.type} [${value.shape.join(', ')}]`
      const shape = value.shape.map((dim) => sizeOf(dim, dims, place))
      const length = shape.reduce((product, size) => product * size, 1)
      if (buffer.length !== length)
        throw new RangeError(`${place}: the array has ${buffer.length} elements, not ${length}`)
      if (dtypeOf(buffer) !== value.type) throw new TypeError(`${place}: bound to a ${buffer.constructor.name}`)
      if (typeof SharedArrayBuffer !== 'undefined' && buffer.buffer instanceof SharedArrayBuffer) {
        throw new TypeError(`${place}: a view of a SharedArrayBuffer, which ONNX Runtime does not take`)
      }
      tensors[name] = this.#runtime.tensor(value.type, buffer, shape)
    }
    return tensors
  }
}

/** A named size by the caller's numbers; 'B+B' and '2*B', which concat and reshape make, from those of their parts. */
function sizeOf(dim: number | string, dims: Readonly<Record<string, number>>, place: string): number {
  if (typeof dim === 'number') return dim
  const own = dims[dim]
  if (own !== undefined) {
    if (!Number.isInteger(own) || own < 0) throw new RangeError(`${place}: ${dim} = ${own} is no size`)
    return own
  }
  for (const [operator, combine] of [
    ['+', (a: number, b: number) => a + b],
    ['*', (a: number, b: number) => a * b],
  ] as const) {
    if (dim.includes(operator))
      return dim
        .split(operator)
        .map((part) => sizeOf(part, dims, place))
        .reduce(combine)
  }
  if (/^\d+$/.test(dim)) return Number(dim)
  throw new RangeError(`${place}: give a size for ${dim}`)
}

function dtypeOf(buffer: Buffer): string {
  if (buffer instanceof Float32Array) return 'float32'
  if (buffer instanceof Int32Array) return 'int32'
  return buffer instanceof BigInt64Array ? 'int64' : 'bool'
}
