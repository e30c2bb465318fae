import type { TensorData } from '../../core/container.ts'
import { gradients } from '../autodiff/gradients.ts'
import { clipGlobalNorm } from '../clipping.ts'
import type { Node } from '../graph/index.ts'
import { arenaBytes, type Workspace } from '../memory/arena.ts'
import { createWorkspaces } from '../memory/workspaces.ts'
import { emit } from '../onnx/emit.ts'
import { createDenseOptimiser, denseOptimiserBytes } from '../optimisers/dense.ts'
import type { DenseOptimiser, OptimiserOptions, OptimiserState, TableOptimiser } from '../optimisers/optimiser.ts'
import { createTableOptimiser, tableOptimiserBytes } from '../optimisers/table.ts'
import type { Provider } from '../session/runtime.ts'
import { type BoundRun, Session } from '../session/session.ts'
import type { BatchStep } from './batches.ts'

/** An embedding table, trained row by row: kernels gather the rows that a batch names and update only those. */
export interface StepTable {
  /** Where the graph looks rows up: gather(table, ids), [B, dim]. Fed when training. */
  readonly rows: Node
  readonly optimiser: OptimiserOptions
  /** Writes the first weights. */
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
  readonly weights: readonly StepWeight[]
  /** float32 inputs [B, …] that `fill` writes for every batch. */
  readonly inputs: readonly Node[]
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
  /** Writes ids and inputs of the examples `rows` into a slot. */
  fill(slot: Slot, rows: Int32Array): void
  /** After each step, with the extra results of that step in `fetched`. */
  afterStep?(fetched: Readonly<Record<string, Float32Array>>, examples: number): void
}

/** What is filled for one batch; two of them take turns. */
export interface Slot {
  /** Row ids, one per example, by the name of the table's parameter. */
  readonly ids: Readonly<Record<string, Int32Array>>
  /** By input name, row-major. */
  readonly inputs: Readonly<Record<string, Float32Array>>
}

interface FilledSlot extends Slot {
  readonly masks: readonly Float32Array[]
  examples: number
  /** The session's buffers for each number of examples that has occurred. */
  readonly bound: Map<number, BoundRun>
}

interface Table {
  readonly name: string
  readonly kernels: Workspace['kernels']
  readonly optimiser: TableOptimiser
  readonly rows: Float32Array
  readonly gradient: Float32Array
}

interface Dense {
  readonly name: string
  readonly kernels: Workspace['kernels']
  readonly optimiser: DenseOptimiser
}

const nameOf = (node: Node): string => (node.attributes as { name: string }).name
/** Elements of one example of a [B, …] node. */
const widthOf = (node: Node): number => node.shape.slice(1).reduce<number>((n, dim) => n * (dim as number), 1)
const sizeOf = (node: Node): number => node.shape.reduce<number>((n, dim) => n * (dim as number), 1)

/**
 * One training step of a graph: rows gathered by kernels, forward and backward pass in ONNX Runtime on preallocated
 * buffers, weights updated in place by kernels. Gradients of a row that occurs several times in a batch are summed.
 */
export class GraphStep implements BatchStep {
  /** Weights and tables by parameter name: views that stay valid and are updated in place. */
  readonly weights: Readonly<Record<string, Float32Array>>
  private readonly options: StepOptions
  private readonly session: Session
  private readonly slots: readonly [FilledSlot, FilledSlot]
  private readonly tables: readonly Table[]
  private readonly dense: readonly Dense[]
  private readonly loss = new Float32Array(1)
  private readonly fetched: Readonly<Record<string, Float32Array>>
  private readonly kernels: Workspace['kernels']

  private constructor(options: StepOptions, session: Session, workspaces: Record<string, Workspace>) {
    const { batch } = options
    this.options = options
    this.session = session
    const shared = workspaces.batch as Workspace
    this.kernels = shared.kernels
    const weights: Record<string, Float32Array> = {}
    const ids: [Record<string, Int32Array>, Record<string, Int32Array>] = [{}, {}]
    this.tables = options.tables.map(({ rows, optimiser, initialise }) => {
      const parameter = rows.inputs[0] as Node
      const name = nameOf(parameter)
      const workspace = workspaces[name] as Workspace
      const dim = widthOf(parameter)
      const table = workspace.float32(sizeOf(parameter))
      initialise(table)
      weights[name] = table
      for (const slot of ids) slot[name] = workspace.int32(batch)
      return {
        name,
        kernels: workspace.kernels,
        rows: workspace.float32(batch * dim),
        gradient: workspace.float32(batch * dim),
        optimiser: createTableOptimiser(workspace, { weights: table, dim, capacity: batch }, optimiser),
      }
    })
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
    const slot = (s: 0 | 1): FilledSlot => ({
      ids: ids[s],
      inputs: Object.fromEntries(options.inputs.map((node) => [nameOf(node), shared.float32(batch * widthOf(node))])),
      masks: (options.masks ?? []).map(({ node }) => shared.float32(batch * widthOf(node))),
      examples: 0,
      bound: new Map(),
    })
    this.slots = [slot(0), slot(1)]
  }

  /** Plans the memory, differentiates and emits the graph, and loads it. Throws `out-of-memory` before allocating. */
  static async create(options: StepOptions): Promise<GraphStep> {
    const { loss, batch, tables, weights } = options
    const wanted = [...tables.map(({ rows }) => rows), ...weights.map(({ parameter }) => parameter)]
    const slopes = gradients(loss, wanted)
    const outputs: Record<string, Node> = { loss: options.reported ?? loss, ...options.fetch }
    const feed: Record<string, Node> = {}
    wanted.forEach((_, n) => {
      outputs[`gradient.${n}`] = slopes[n]!
    })
    tables.forEach(({ rows }, n) => {
      feed[`rows.${n}`] = rows
    })
    const model = emit({ outputs, feed, name: 'training step' })
    const bytes: Record<string, number> = {}
    for (const { rows, optimiser } of tables) {
      const [count, dim] = [rows.inputs[0]!.shape[0] as number, widthOf(rows.inputs[0]!)]
      const arrays = arenaBytes({ float32: [count * dim, batch * dim, batch * dim], int32: [batch, batch] })
      bytes[nameOf(rows.inputs[0]!)] = arrays + tableOptimiserBytes(optimiser, count, dim, batch)
    }
    for (const { parameter, optimiser } of weights) {
      const size = sizeOf(parameter)
      bytes[nameOf(parameter)] = arenaBytes({ float32: [size, size] }) + denseOptimiserBytes(optimiser, size)
    }
    const fed = [...options.inputs, ...(options.masks ?? []).map(({ node }) => node)]
    bytes.batch = 2 * arenaBytes({ float32: fed.map((node) => batch * widthOf(node)) })
    const workspaces = await createWorkspaces(bytes)
    const session = await Session.create(model.bytes, {
      ...(options.provider ? { provider: options.provider } : {}),
      threads: options.threads ?? 1,
    })
    return new GraphStep(options, session, workspaces)
  }

  prepare(slot: 0 | 1, rows: Int32Array, step: number): void {
    const target = this.slots[slot]
    target.examples = rows.length
    this.options.fill(target, rows)
    this.options.masks?.forEach(({ node, keep }, m) => {
      const mask = target.masks[m]!.subarray(0, rows.length * widthOf(node))
      this.kernels.dropoutMask(mask, keep, this.options.seed, step * (this.options.masks?.length ?? 1) + m)
    })
  }

  async run(slot: 0 | 1, learningRate: number): Promise<number> {
    const { ids, examples } = this.slots[slot]
    for (const { name, optimiser, rows } of this.tables) optimiser.gather(ids[name]!, examples, rows)
    await this.bind(slot).run()
    for (const { name, optimiser, gradient } of this.tables) optimiser.accumulate(ids[name]!, examples, gradient)
    if (this.options.clip) this.clip(this.options.clip)
    for (const { optimiser } of this.optimisers()) optimiser.step(learningRate)
    this.options.afterStep?.(this.fetched, examples)
    return this.loss[0]!
  }

  /** Brings every row of every table up to date: before weights are read as a whole. */
  flush(): void {
    for (const { optimiser } of this.tables) optimiser.flush()
  }

  /** Live views of weights and moments by name, for checkpoints. */
  state(): Record<string, TensorData> {
    const state: Record<string, TensorData> = { ...this.weights }
    for (const { name, optimiser } of this.optimisers()) {
      for (const [view, data] of Object.entries(optimiser.state().views)) state[`${name}/${view}`] = data
    }
    return state
  }

  /** The optimisers' step counts, for checkpoints. */
  counters(): Record<string, OptimiserState['counters']> {
    return Object.fromEntries(this.optimisers().map(({ name, optimiser }) => [name, optimiser.state().counters]))
  }

  /** Takes back what counters() gave; the views of state() have been filled already. */
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

  /** Buffers of the slot, cut to its examples. */
  private bind(slot: 0 | 1): BoundRun {
    const { inputs, masks, examples, bound } = this.slots[slot]
    const known = bound.get(examples)
    if (known) return known
    const cut = (data: Float32Array): Float32Array => data.subarray(0, (data.length / this.options.batch) * examples)
    const feeds: Record<string, Float32Array> = {}
    const fetches: Record<string, Float32Array> = { loss: this.loss, ...this.fetched }
    this.tables.forEach(({ rows, gradient }, n) => {
      feeds[`rows.${n}`] = cut(rows)
      fetches[`gradient.${n}`] = cut(gradient)
    })
    this.dense.forEach(({ name, optimiser }, n) => {
      feeds[name] = optimiser.weights
      fetches[`gradient.${this.tables.length + n}`] = optimiser.gradient
    })
    for (const [name, data] of Object.entries(inputs)) feeds[name] = cut(data)
    this.options.masks?.forEach(({ node }, m) => {
      feeds[nameOf(node)] = cut(masks[m]!)
    })
    const run = this.session.bind(feeds, fetches, { B: examples })
    bound.set(examples, run)
    return run
  }
}
