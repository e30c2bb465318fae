import type { TensorData } from '../../core/container.ts'
import { gradients } from '../autodiff/gradients.ts'
import { clipGlobalNorm } from '../clipping.ts'
import type { Node } from '../graph/index.ts'
import { arenaBytes, type Workspace } from '../memory/arena.ts'
import { createWorkspaces } from '../memory/workspaces.ts'
import { emit } from '../onnx/emit.ts'
import { createDenseOptimiser, denseOptimiserBytes } from '../optimisers/dense.ts'
import type { DenseOptimiser, OptimiserOptions, OptimiserState, TableOptimiser } from '../optimisers/optimiser.ts'
import type { Provider } from '../session/runtime.ts'
import { type BoundRun, Session } from '../session/session.ts'
import type { BatchStep } from './batches.ts'
import { type Dims, elementsOf, nameOf } from './sizes.ts'
import { bagBytes, createBag, createTable, type SlotBag, type TablePart, tableBytes } from './tables.ts'

/** An embedding table, trained row by row: kernels gather the rows that a batch names and update only those. */
export interface StepTable {
  /**
   * Where the graph looks rows up: gather(table, ids), [B, dim], or [U, dim] for another name among `sizes`: rows that
   * are not one per example, such as the output columns of a batch. Fed when training. A negative id reads as zeros.
   */
  readonly rows: Node
  readonly optimiser: OptimiserOptions
  /** Writes the first weights. */
  initialise(weights: Float32Array): void
}

/** A table of which every example needs a weighted sum of rows, such as a sparse input layer: summed by kernels. */
export interface StepBag {
  /** The graph's input [B, dim] that stands for the sums. */
  readonly sums: Node
  /** The table [rows, dim]; the loss does not name it. */
  readonly parameter: Node
  readonly optimiser: OptimiserOptions
  /** The most entries that the bags of one batch have together. */
  readonly entries: number
  initialise(weights: Float32Array): void
}

/** A parameter trained as a whole. */
export interface StepWeight {
  readonly parameter: Node
  readonly optimiser: OptimiserOptions
  initialise(weights: Float32Array): void
}

export interface StepOptions {
  /** What is minimised: a scalar, a mean over the batch. */
  readonly loss: Node
  /** What is told as the loss: a scalar; the loss itself unless given (it may hold penalties). */
  readonly reported?: Node
  readonly tables: readonly StepTable[]
  readonly bags?: readonly StepBag[]
  readonly weights: readonly StepWeight[]
  /** float32 inputs [B, …] that `fill` writes for every batch; other names among their sizes must stand in `sizes`. */
  readonly inputs: readonly Node[]
  /** Named sizes besides B, which `fill` sets for every batch: the largest they get. */
  readonly sizes?: Dims
  /** Inputs [B, width] that get fresh dropout masks: 0, or 1 / keep. */
  readonly masks?: readonly { readonly node: Node; readonly keep: number }[]
  /** More results to look at after each step, by name; their sizes must not depend on the batch. */
  readonly fetch?: Readonly<Record<string, Node>>
  /** The largest batch. */
  readonly batch: number
  /** Seeds the dropout masks. */
  readonly seed: number
  /** Largest common norm of all gradients; 0 or absent: not clipped. */
  readonly clip?: number
  readonly provider?: Provider | undefined
  readonly threads?: number
  /**
   * The loss is a mean over examples of terms that each know one example alone (no batch normalisation), plus penalties
   * that do not depend on the batch: threads may compute parts of a batch on their own. Default false.
   */
  readonly separable?: boolean
  /** Writes ids and inputs of the examples `rows` into a slot. */
  fill(slot: Slot, rows: Int32Array): void
  /** After each step, with the extra results of that step in `fetched`; the next may be under way already, so no weights are read here. */
  afterStep?(fetched: Readonly<Record<string, Float32Array>>, examples: number): void
}

/** What is filled for one batch; two of them take turns. */
export interface Slot {
  /** Row ids, one per example (or per row of another named size), by the name of the table's parameter. */
  readonly ids: Readonly<Record<string, Int32Array>>
  /** Bags by the name of the table's parameter. */
  readonly bags: Readonly<Record<string, SlotBag>>
  /** By input name, row-major by the batch's own sizes. */
  readonly inputs: Readonly<Record<string, Float32Array>>
  /** The sizes that StepOptions.sizes names, for this batch: at least 1. Few different ones are best: each is bound once. */
  readonly sizes: Record<string, number>
}

interface FilledSlot extends Slot {
  readonly masks: readonly Float32Array[]
  /** The session's buffers for the sizes that have occurred. */
  readonly bound: Map<string, BoundRun>
}

interface Dense {
  readonly name: string
  readonly kernels: Workspace['kernels']
  readonly optimiser: DenseOptimiser
}

/** Elements of one example of a [B, …] node. */
const widthOf = (node: Node): number => elementsOf(node.shape.slice(1), {})
const sizeOf = (node: Node): number => elementsOf(node.shape, {})

/** A training step as trainers use it. While a run is under way nothing but prepare() and the next run() may be called. */
export interface TrainingStep extends BatchStep {
  /** Weights and tables by parameter name; as of the last flush(). */
  readonly weights: Readonly<Record<string, Float32Array>>
  /** Brings every row of every table, and `weights`, up to date: before weights are read as a whole. */
  flush(): Promise<void>
  /** Live views of weights and moments by name, for checkpoints. */
  state(): Record<string, TensorData>
  /** The optimisers' step counts, for checkpoints. */
  counters(): Record<string, OptimiserState['counters']>
  /** Takes back what counters() gave; the views of state() have been filled already. */
  restore(counters: Record<string, OptimiserState['counters']>): void
  release(): Promise<void>
}

/**
 * One training step of a graph: rows gathered by kernels, forward and backward pass in ONNX Runtime on preallocated
 * buffers, weights updated in place by kernels. Gradients of a row that occurs several times in a batch are summed.
 */
export class GraphStep implements TrainingStep {
  /** Weights and tables by parameter name: views that stay valid and are updated in place. */
  readonly weights: Readonly<Record<string, Float32Array>>
  private readonly options: StepOptions
  private readonly session: Session
  private readonly slots: readonly [FilledSlot, FilledSlot]
  private readonly tables: readonly TablePart[]
  private readonly dense: readonly Dense[]
  private readonly loss = new Float32Array(1)
  private readonly fetched: Readonly<Record<string, Float32Array>>
  private readonly kernels: Workspace['kernels']

  private constructor(options: StepOptions, session: Session, workspaces: Record<string, Workspace>) {
    this.options = options
    this.session = session
    const shared = workspaces.batch as Workspace
    this.kernels = shared.kernels
    const weights: Record<string, Float32Array> = {}
    const ids: [Record<string, Int32Array>, Record<string, Int32Array>] = [{}, {}]
    const bags: [Record<string, SlotBag>, Record<string, SlotBag>] = [{}, {}]
    const largest = largestOf(options)
    const parts = [
      ...options.tables.map((table) => createTable(table, workspaces[nameOf(table.rows.inputs[0]!)]!, largest, ids)),
      ...(options.bags ?? []).map((bag) => createBag(bag, workspaces[nameOf(bag.parameter)]!, largest, bags)),
    ]
    for (const part of parts) weights[part.name] = part.weights
    this.tables = parts
    this.dense = options.weights.map(({ parameter, optimiser, initialise }) => {
      const name = nameOf(parameter)
      const workspace = workspaces[name] as Workspace
      const view = workspace.float32(sizeOf(parameter))
      initialise(view)
      weights[name] = view
      const gradient = workspace.float32(view.length)
      return {
        name,
        kernels: workspace.kernels,
        optimiser: createDenseOptimiser(workspace, { weights: view, gradient }, optimiser),
      }
    })
    this.weights = weights
    this.fetched = Object.fromEntries(
      Object.entries(options.fetch ?? {}).map(([name, node]) => [name, new Float32Array(sizeOf(node))]),
    )
    const inputs = (nodes: readonly Node[]): Float32Array[] =>
      nodes.map((node) => shared.float32(elementsOf(node.shape, largest)))
    const slot = (s: 0 | 1): FilledSlot => {
      const filled = inputs(options.inputs)
      return {
        ids: ids[s],
        bags: bags[s],
        inputs: Object.fromEntries(options.inputs.map((node, n) => [nameOf(node), filled[n]!])),
        masks: inputs((options.masks ?? []).map(({ node }) => node)),
        sizes: { ...largest },
        bound: new Map(),
      }
    }
    this.slots = [slot(0), slot(1)]
  }

  /** Plans the memory, differentiates and emits the graph, and loads it. Throws `out-of-memory` before allocating. */
  static async create(options: StepOptions): Promise<GraphStep> {
    const { loss, tables, bags = [], weights } = options
    const largest = largestOf(options)
    const fedTables = [...tables.map(({ rows }) => rows), ...bags.map(({ sums }) => sums)]
    const wanted = [...fedTables, ...weights.map(({ parameter }) => parameter)]
    const slopes = gradients(loss, wanted)
    const outputs: Record<string, Node> = { loss: options.reported ?? loss, ...options.fetch }
    wanted.forEach((_, n) => {
      outputs[`gradient.${n}`] = slopes[n]!
    })
    const feed = Object.fromEntries(fedTables.map((rows, n) => [`rows.${n}`, rows]))
    const model = emit({ outputs, feed, name: 'training step' })
    const bytes: Record<string, number> = {}
    for (const table of tables) bytes[nameOf(table.rows.inputs[0]!)] = tableBytes(table, largest)
    for (const bag of bags) bytes[nameOf(bag.parameter)] = bagBytes(bag, largest)
    for (const { parameter, optimiser } of weights) {
      const size = sizeOf(parameter)
      bytes[nameOf(parameter)] = arenaBytes({ float32: [size, size] }) + denseOptimiserBytes(optimiser, size)
    }
    const fed = [...options.inputs, ...(options.masks ?? []).map(({ node }) => node)]
    bytes.batch = 2 * arenaBytes({ float32: fed.map((node) => elementsOf(node.shape, largest)) })
    const workspaces = await createWorkspaces(bytes)
    const session = await Session.create(model.bytes, {
      ...(options.provider ? { provider: options.provider } : {}),
      threads: options.threads ?? 1,
    })
    return new GraphStep(options, session, workspaces)
  }

  prepare(slot: 0 | 1, rows: Int32Array, step: number): void {
    const target = this.slots[slot]
    target.sizes.B = rows.length
    this.options.fill(target, rows)
    this.options.masks?.forEach(({ node, keep }, m) => {
      const mask = target.masks[m]!.subarray(0, rows.length * widthOf(node))
      this.kernels.dropoutMask(mask, keep, this.options.seed, step * (this.options.masks?.length ?? 1) + m)
    })
  }

  async run(slot: 0 | 1, learningRate: number): Promise<number> {
    const filled = this.slots[slot]
    const { sizes } = filled
    for (const table of this.tables) table.gather(filled, sizes)
    await this.bind(filled).run()
    for (const table of this.tables) table.accumulate(filled, sizes)
    if (this.options.clip) this.clip(this.options.clip)
    for (const { optimiser } of this.optimisers()) optimiser.step(learningRate)
    this.options.afterStep?.(this.fetched, sizes.B!)
    return this.loss[0]!
  }

  async flush(): Promise<void> {
    for (const { optimiser } of this.tables) optimiser.flush()
  }

  state(): Record<string, TensorData> {
    const state: Record<string, TensorData> = { ...this.weights }
    for (const { name, optimiser } of this.optimisers()) {
      for (const [view, data] of Object.entries(optimiser.state().views)) state[`${name}/${view}`] = data
    }
    return state
  }

  counters(): Record<string, OptimiserState['counters']> {
    return Object.fromEntries(this.optimisers().map(({ name, optimiser }) => [name, optimiser.state().counters]))
  }

  restore(counters: Record<string, OptimiserState['counters']>): void {
    for (const { name, optimiser } of this.optimisers()) {
      optimiser.restore({ views: optimiser.state().views, counters: counters[name] ?? {} })
    }
  }

  async release(): Promise<void> {
    await this.session.release()
  }

  private clip(norm: number): void {
    clipGlobalNorm(
      [
        ...this.tables.map(({ kernels, optimiser }) => ({ kernels, gradient: optimiser.touchedGradient() })),
        ...this.dense.map(({ kernels, optimiser }) => ({ kernels, gradient: optimiser.gradient })),
      ],
      norm,
    )
  }

  private optimisers(): { name: string; optimiser: TableOptimiser | DenseOptimiser }[] {
    return [...this.tables, ...this.dense]
  }

  /** Buffers of the slot, cut to its sizes. */
  private bind({ inputs, masks, sizes, bound }: FilledSlot): BoundRun {
    const key = Object.values(sizes).join()
    const known = bound.get(key)
    if (known) return known
    const cut = (data: Float32Array, node: Node): Float32Array => data.subarray(0, elementsOf(node.shape, sizes))
    const feeds: Record<string, Float32Array> = {}
    const fetches: Record<string, Float32Array> = { loss: this.loss, ...this.fetched }
    this.tables.forEach(({ fed, rows, gradient }, n) => {
      feeds[`rows.${n}`] = cut(rows, fed)
      fetches[`gradient.${n}`] = cut(gradient, fed)
    })
    this.dense.forEach(({ name, optimiser }, n) => {
      feeds[name] = optimiser.weights
      fetches[`gradient.${this.tables.length + n}`] = optimiser.gradient
    })
    for (const node of this.options.inputs) feeds[nameOf(node)] = cut(inputs[nameOf(node)]!, node)
    this.options.masks?.forEach(({ node }, m) => {
      feeds[nameOf(node)] = cut(masks[m]!, node)
    })
    const run = this.session.bind(feeds, fetches, sizes)
    bound.set(key, run)
    return run
  }
}

const largestOf = ({ batch, sizes }: StepOptions): Dims => ({ B: batch, ...sizes })
