import { throwIfAborted } from '../../core/errors.ts'
import type { OnProgress } from '../../core/progress.ts'
import { gradients } from '../../engine/autodiff/gradients.ts'
import { add, mul, type Node, reduceMean, reduceSum, sqrt, square, sub } from '../../engine/graph/index.ts'
import { type EmittedModel, emit } from '../../engine/onnx/emit.ts'
import { type BoundRun, Session } from '../../engine/session/session.ts'
import type { Encoder } from './encoder.ts'

export interface MaximiseOptions {
  /** Steps of the ascent. Default 120. */
  readonly steps?: number
  /** How much the other units count against the one. Default 1. */
  readonly others?: number
  /** Items whose input may change; the others stay 0. Default: all. */
  readonly allowed?: (item: number) => boolean
  /** Length of every input. Default: the median length of the starts. */
  readonly length?: number
  readonly threads?: number
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

/** What activates one unit. */
export interface Activated {
  readonly unit: number
  /** The unit's value at the optimised input; 0 or less where nothing was found that activates it. */
  readonly activation: number
  /** The root mean square of the other units' values there. */
  readonly others: number
  /** [items]: the optimised input. */
  readonly input: Float32Array
}

/** Units optimised in one run. */
const blockUnits = 32
const firstStep = 0.5
const lastStep = 0.01
/** Keeps the root's derivative finite where the other units are all at zero, as wanted. */
const floor = 1e-10

/**
 * Activation maximisation (Lund and Ng, section III-A4; Erhan et al. 2009): for each unit of the bottleneck the input x
 * that maximises h_unit(x) - others x rms of the other units' values, among inputs of a given length, so that a unit is not
 * activated by sheer size. Gradient ascent through the encoder, with respect to its input, along the sphere; each unit
 * begins with the start that activates it most. Deterministic. Throws InterruptedError.
 */
export async function maximiseUnits(encoder: Encoder, options: MaximiseOptions = {}): Promise<Activated[]> {
  const { steps = 120, others = 1, allowed = () => true, threads = 1, onProgress, signal } = options
  const { input, bottleneck, starts, nonNegative } = encoder
  const items = input.shape[1] as number
  const units = bottleneck.shape[1] as number
  const free = Uint8Array.from({ length: items }, (_, item) => (allowed(item) ? 1 : 0))
  const rows = starts.slice()
  for (let at = 0; at < rows.length; at++) if (free[at % items] === 0) rows[at] = 0
  const length = options.length ?? medianLength(starts, items)
  const run = await Ascent.open(encoder, others, threads)
  try {
    for (let row = 0; row < rows.length; row += items) project(rows.subarray(row, row + items), length, nonNegative)
    const values = await run.values(rows)
    const found: Activated[] = []
    for (let from = 0; from < units; from += blockUnits) {
      const block = Array.from({ length: Math.min(blockUnits, units - from) }, (_, n) => from + n)
      const x = new Float32Array(block.length * items)
      block.forEach((unit, n) => {
        const best = bestStart(values, unit, units)
        x.set(rows.subarray(best * items, best * items + items), n * items)
      })
      for (let step = 0; step < steps; step++) {
        throwIfAborted(signal, 'finding clusters')
        const gradient = await run.gradient(x, block)
        const size = lastStep + (firstStep - lastStep) * 0.5 * (1 + Math.cos((Math.PI * step) / steps))
        for (let n = 0; n < block.length; n++) {
          const row = x.subarray(n * items, n * items + items)
          climb(row, gradient.subarray(n * items, n * items + items), free, size * length)
          project(row, length, nonNegative)
        }
        const done = from * steps + (step + 1) * block.length
        onProgress?.({ stage: 'finding clusters', done, total: units * steps, unit: 'steps' })
      }
      const reached = await run.values(x)
      block.forEach((unit, n) => {
        const own = reached.subarray(n * units, n * units + units)
        const rest = own.reduce((sum, value, other) => (other === unit ? sum : sum + value * value), 0)
        found.push({
          unit,
          activation: own[unit]!,
          others: units > 1 ? Math.sqrt(rest / (units - 1)) : 0,
          input: x.slice(n * items, n * items + items),
        })
      })
    }
    return found
  } finally {
    await run.release()
  }
}

/** The two graphs: the units' values, and the derivative of the objective by the input. */
class Ascent {
  private readonly encoder: Encoder
  private readonly forward: Opened
  private readonly backward: Opened

  private constructor(encoder: Encoder, forward: Opened, backward: Opened) {
    this.encoder = encoder
    this.forward = forward
    this.backward = backward
  }

  static async open(encoder: Encoder, others: number, threads: number): Promise<Ascent> {
    const { input, bottleneck } = encoder
    const wanted = input.graph.input('wanted', ['B', bottleneck.shape[1]!])
    const gradient = gradients(objective(bottleneck, wanted, others), [input])[0]!
    const forward = await open(emit({ outputs: { units: bottleneck }, name: 'units' }), threads)
    return new Ascent(encoder, forward, await open(emit({ outputs: { gradient }, name: 'ascent' }), threads))
  }

  /** [n, units] for inputs [n, items]. */
  async values(rows: Float32Array): Promise<Float32Array> {
    const { input, bottleneck } = this.encoder
    const count = rows.length / (input.shape[1] as number)
    const units = new Float32Array(count * (bottleneck.shape[1] as number))
    await this.bind(this.forward, { [nameOf(input)]: rows }, { units }, count).run()
    return units
  }

  /** [n, items]: the derivative of each row's objective for its unit. */
  async gradient(rows: Float32Array, units: readonly number[]): Promise<Float32Array> {
    const { input, bottleneck } = this.encoder
    const width = bottleneck.shape[1] as number
    const wanted = new Float32Array(units.length * width)
    units.forEach((unit, n) => {
      wanted[n * width + unit] = 1
    })
    const gradient = new Float32Array(rows.length)
    await this.bind(this.backward, { [nameOf(input)]: rows, wanted }, { gradient }, units.length).run()
    return gradient
  }

  async release(): Promise<void> {
    await this.forward.session.release()
    await this.backward.session.release()
  }

  private bind(
    { session, model }: Opened,
    feeds: Record<string, Float32Array>,
    fetches: Record<string, Float32Array>,
    rows: number,
  ): BoundRun {
    const all: Record<string, Float32Array> = {}
    for (const { name } of model.inputs) all[name] = feeds[name] ?? this.encoder.weights[name]!
    return session.bind(all, fetches, { B: rows })
  }
}

interface Opened {
  readonly session: Session
  readonly model: EmittedModel
}

async function open(model: EmittedModel, threads: number): Promise<Opened> {
  return { model, session: await Session.create(model.bytes, { threads }) }
}

/** The sum over rows of h_unit - others x rms of the other units. */
function objective(units: Node, wanted: Node, others: number): Node {
  const own = reduceSum(mul(units, wanted), [1])
  const rest = sqrt(add(reduceMean(square(mul(units, sub(1, wanted))), [1]), floor))
  return reduceSum(sub(own, mul(rest, others)))
}

const nameOf = (input: Node): string => (input.attributes as { name: string }).name

function bestStart(values: Float32Array, unit: number, units: number): number {
  let best = 0
  for (let row = 1; row * units < values.length; row++) {
    if (values[row * units + unit]! > values[best * units + unit]!) best = row
  }
  return best
}

/** A step of a given length along the gradient, whatever the gradient's own. */
function climb(row: Float32Array, gradient: Float32Array, free: Uint8Array, size: number): void {
  let square = 0
  for (let item = 0; item < row.length; item++) if (free[item]) square += gradient[item]! * gradient[item]!
  if (square === 0) return
  const scale = size / Math.sqrt(square)
  for (let item = 0; item < row.length; item++) if (free[item]) row[item]! += scale * gradient[item]!
}

/** Back to the length wanted, and to what inputs can be. */
function project(row: Float32Array, length: number, nonNegative: boolean): void {
  let square = 0
  for (let item = 0; item < row.length; item++) {
    if (nonNegative && row[item]! < 0) row[item] = 0
    square += row[item]! * row[item]!
  }
  if (square === 0) return
  const scale = length / Math.sqrt(square)
  for (let item = 0; item < row.length; item++) row[item]! *= scale
}

function medianLength(rows: Float32Array, items: number): number {
  const lengths: number[] = []
  for (let from = 0; from < rows.length; from += items) lengths.push(Math.hypot(...rows.subarray(from, from + items)))
  lengths.sort((a, b) => a - b)
  return lengths[lengths.length >> 1] || 1
}
