import { reshape } from '../../engine/graph/index.ts'
import { type EmittedModel, emit } from '../../engine/onnx/emit.ts'
import { Session } from '../../engine/session/session.ts'
import type { RowBaseline, RowRatings } from './baseline.ts'
import type { RowNetwork } from './network.ts'
import { encodeRow, type Normalise } from './rows.ts'

export type RowWeights = Readonly<Record<string, Float32Array>>

/** Most floats of a run's inputs or outputs: 64 MiB. */
const runFloats = 16 << 20

/** Rows that have been through the hidden layers. */
export interface Encoded {
  /** The last hidden layer, count x width. */
  readonly last: Float32Array
  readonly width: number
  /** The baseline's offset of every row. */
  readonly offsets: Float64Array
}

/** Runs a row network in inference on weights that may still change: they are fed, not copied. */
export class RowRuntime {
  private readonly network: RowNetwork
  private readonly weights: RowWeights
  private readonly baseline: RowBaseline
  private readonly normalise: Normalise
  private readonly threads: number
  private readonly sessions = new Map<string, Promise<{ session: Session; model: EmittedModel }>>()

  constructor(
    network: RowNetwork,
    weights: RowWeights,
    { baseline, normalise, threads }: { baseline: RowBaseline; normalise: Normalise; threads: number },
  ) {
    this.network = network
    this.weights = weights
    this.baseline = baseline
    this.normalise = normalise
    this.threads = threads
  }

  /** The last hidden layer of rows of which some ratings are known. */
  async encode(rows: readonly RowRatings[]): Promise<Encoded> {
    const { layers } = this.network.shape
    const [first, width] = [layers[0]!, layers.at(-1)!]
    const last = new Float32Array(rows.length * width)
    const offsets = new Float64Array(rows.length)
    const block = Math.max(1, Math.floor(runFloats / Math.max(...layers)))
    for (let from = 0; from < rows.length; from += block) {
      const to = Math.min(from + block, rows.length)
      const sums = new Float32Array((to - from) * first)
      for (let n = from; n < to; n++) offsets[n] = this.sum(rows[n]!, sums.subarray((n - from) * first))
      await this.run('encode', { sums }, { last: last.subarray(from * width, to * width) }, to - from)
    }
    return { last, width, offsets }
  }

  /** Unclipped ratings of all columns: count x columns. */
  async score({ last, width, offsets }: Encoded): Promise<Float32Array> {
    const { columns } = this.network.shape
    const scores = new Float32Array(offsets.length * columns)
    const block = Math.max(1, Math.floor(runFloats / columns))
    for (let from = 0; from < offsets.length; from += block) {
      const to = Math.min(from + block, offsets.length)
      const fetches = { scores: scores.subarray(from * columns, to * columns) }
      await this.run('score', { last: last.subarray(from * width, to * width) }, fetches, to - from)
    }
    for (let n = 0; n < offsets.length; n++) {
      for (let c = 0; c < columns; c++) scores[n * columns + c]! += this.baseline.of(c, offsets[n]!)
    }
    return scores
  }

  /** The unclipped rating of one column (-1: unknown) by row n of `encoded`. */
  rate({ last, width, offsets }: Encoded, n: number, column: number): number {
    const base = this.baseline.of(column, offsets[n]!)
    if (column < 0) return base
    const output = this.weights.output!
    let sum = this.weights['output.bias']![column]!
    for (let d = 0, a = n * width, b = column * width; d < width; d++) sum += last[a + d]! * output[b + d]!
    return base + sum
  }

  async release(): Promise<void> {
    for (const opened of this.sessions.values()) await (await opened).session.release()
    this.sessions.clear()
  }

  /** Adds the input rows of a row's ratings up in `sums`; its offset. */
  private sum(ratings: RowRatings, sums: Float32Array): number {
    const first = this.network.shape.layers[0]!
    const factors = new Float32Array(ratings.columns.length)
    const { offset, scale } = encodeRow(this.baseline, this.normalise, ratings, factors)
    const { input, presence } = this.weights
    for (let n = 0; n < factors.length; n++) {
      const at = ratings.columns[n]! * first
      const factor = factors[n]!
      for (let d = 0; d < first; d++) sums[d]! += factor * input![at + d]!
      if (presence) for (let d = 0; d < first; d++) sums[d]! += scale * presence[at + d]!
    }
    return offset
  }

  private async run(
    name: 'encode' | 'score',
    feeds: Record<string, Float32Array>,
    fetches: Record<string, Float32Array>,
    rows: number,
  ): Promise<void> {
    let opened = this.sessions.get(name)
    if (!opened) {
      const model = name === 'encode' ? encodeForm(this.network) : scoreForm(this.network)
      opened = Session.create(model.bytes, { threads: this.threads }).then((session) => ({ session, model }))
      this.sessions.set(name, opened)
    }
    const { session, model } = await opened
    const all: Record<string, Float32Array> = { ...feeds }
    for (const { name: input } of model.inputs) if (!(input in all)) all[input] = this.weights[input]!
    await session.bind(all, fetches, { B: rows }).run()
  }
}

/** sums [B, first] -> last [B, width]. */
function encodeForm(network: RowNetwork): EmittedModel {
  const { graph, shape } = network
  const last = network.hidden(graph.input('sums', ['B', shape.layers[0]!])).at(-1)!
  return emit({ outputs: { last }, name: 'row encoder' })
}

/** last [B, width] -> scores [B, columns], without the baseline. */
function scoreForm(network: RowNetwork): EmittedModel {
  const { graph, shape } = network
  const scores = network.rateAll(graph.input('last', ['B', shape.layers.at(-1)!]))
  return emit({ outputs: { scores: reshape(scores, ['B', shape.columns]) }, name: 'row decoder' })
}
