import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { TensorData } from '../../../core/container.ts'
import { MarqueeError } from '../../../core/errors.ts'
import { gradients } from '../../autodiff/gradients.ts'
import { mul, type Node } from '../../graph/index.ts'
import { createArena } from '../../memory/arena.ts'
import { emit } from '../../onnx/emit.ts'
import type { OptimiserState } from '../../optimisers/optimiser.ts'
import { elementsOf, nameOf } from '../sizes.ts'
import type { Slot, StepOptions, TrainingStep } from '../step.ts'
import { Control, commands, type Order } from './control.ts'
import { countersOf, readCounters } from './counters.ts'
import { layOut, type SharedParts, sharedBytes } from './memory.ts'
import type { PartSetup } from './part.ts'
import { type ParallelPlan, planParallel } from './plan.ts'

/** Every thread copies every whole parameter twice a step, which fewer examples than this do not repay. */
const leastPart = 64
/**
 * A part of less work than this costs more to hand out than it takes to compute: so many times a whole parameter's
 * number meets an example, where a number of a table's row counts for `rowWork`, being read and written several times.
 * What a step does however small its batch (a penalty that moves every row of a table) is left out.
 */
const leastWork = 2e6
const rowWork = 20

/**
 * Whether a step can be, and is worth being, computed in parts by threads of their own: there are two threads or more and
 * work enough for each, the provider is the native one, the loss is a mean over examples that know nothing
 * of each other (`separable`), every table is looked up once an example, and nothing else is wanted of the graph.
 */
export function canDivide({
  separable,
  tables,
  weights,
  bags = [],
  sizes,
  fetch,
  provider,
  threads = 1,
  batch,
}: StepOptions): boolean {
  const plain = bags.length === 0 && sizes === undefined && Object.keys(fetch ?? {}).length === 0
  const perExample = tables.every(({ rows }) => rows.shape[0] === 'B')
  const native = provider === undefined || provider === 'cpu'
  if (separable !== true || !plain || !perExample || !native || threads < 2) return false
  const widths = tables.map(({ rows }) => elementsOf(rows.shape.slice(1), {}))
  const parameters = weights.map(({ parameter }) => elementsOf(parameter.shape, {}))
  const work = rowWork * sum(widths) + sum(parameters)
  return batch >= leastPart * threads && work * batch >= leastWork * threads
}

/**
 * A training step whose batch is divided among worker threads, each with a session of its own: forward and backward
 * pass of its examples; then every parameter is updated by the one thread that owns it, from the gradients of all. The
 * main thread only fills the next batch meanwhile. Gradients are summed in a fixed order: the same seed and number of
 * threads give the same weights bit for bit; those of one thread differ by rounding alone.
 */
export class ParallelStep implements TrainingStep {
  readonly weights: Readonly<Record<string, Float32Array>>
  private readonly options: StepOptions
  private readonly plan: ParallelPlan
  private readonly shared: SharedParts
  private readonly control: Control
  private readonly slots: readonly [Slot, Slot]
  private workers: Worker[] = []
  private failure: Error | null = null
  /** Resolves when `failure` is known. */
  private readonly failing = Promise.withResolvers<void>()
  private released = false
  /** Counters that the threads have yet to take. */
  private restoring = false
  private underWay = 0
  readonly ahead = true

  private constructor(options: StepOptions, plan: ParallelPlan, shared: SharedParts) {
    this.options = options
    this.plan = plan
    this.shared = shared
    this.control = new Control(plan.threads, countersOf(shared).length)
    const parts = [...shared.tables, ...shared.weights]
    const given = [...options.tables, ...options.weights]
    parts.forEach(({ optimiser }, n) => void given[n]!.initialise(optimiser.weights))
    this.weights = Object.fromEntries(parts.map(({ plan, optimiser }) => [plan.name, optimiser.weights.slice()]))
    const slot = (s: 0 | 1): Slot => ({
      ids: Object.fromEntries(shared.tables.map(({ plan, ids }) => [plan.name, ids[s]])),
      bags: {},
      inputs: Object.fromEntries(options.inputs.map((node, n) => [nameOf(node), shared.fed[s][n]!])),
      sizes: { B: options.batch },
    })
    this.slots = [slot(0), slot(1)]
  }

  /** Plans the memory, emits the graph and starts the threads. Throws `out-of-memory` before anything is allocated. */
  static async create(options: StepOptions): Promise<ParallelStep> {
    const { loss, reported = loss, tables, weights, threads = 1 } = options
    const plan = planParallel(options, threads)
    // A part's loss is the mean over its own examples: its share of the batch makes the parts' gradients add up.
    const share: Node = loss.graph.input('part/share', [])
    const wanted = [...tables.map(({ rows }) => rows), ...weights.map(({ parameter }) => parameter)]
    const slopes = gradients(mul(loss, share), wanted)
    const { bytes: model } = emit({
      outputs: { loss: reported, ...Object.fromEntries(slopes.map((slope, n) => [`gradient.${n}`, slope])) },
      feed: Object.fromEntries(tables.map(({ rows }, n) => [`rows.${n}`, rows])),
      name: 'training step of a part',
    })
    const arena = await createArena({ bytes: sharedBytes(plan), shared: true })
    const step = new ParallelStep(options, plan, layOut(plan, arena))
    try {
      await step.start({ plan, model, memory: arena.memory, simd: arena.simd, control: step.control.buffer })
    } catch (error) {
      await step.release()
      throw error
    }
    return step
  }

  prepare(slot: 0 | 1, rows: Int32Array, step: number): void {
    const target = this.slots[slot]
    target.sizes.B = rows.length
    this.options.fill(target, rows)
    const { masks = [], inputs, seed } = this.options
    const { arena, fed } = this.shared
    masks.forEach(({ keep }, m) => {
      const at = inputs.length + m
      const mask = fed[slot][at]!.subarray(0, rows.length * this.plan.fed[at]!.width)
      arena.kernels.dropoutMask(mask, keep, seed, step * masks.length + m)
    })
  }

  async run(slot: 0 | 1, learningRate: number): Promise<number> {
    const examples = this.slots[slot].sizes.B!
    // Both are asked before anything is awaited, so that the next run, called meanwhile, comes after them.
    const restored = this.restoring ? this.ask({ command: commands.restore }) : null
    this.restoring = false
    const stepped = this.ask({ command: commands.step, slot, examples, learningRate })
    const [, turn] = await Promise.all([restored, stepped])
    this.options.afterStep?.({}, examples)
    return this.control.lossesOf(turn).reduce((sum, loss) => sum + loss, 0)
  }

  async flush(): Promise<void> {
    if (!this.restoring) await this.ask({ command: commands.flush })
    for (const { plan, optimiser } of [...this.shared.tables, ...this.shared.weights]) {
      this.weights[plan.name]!.set(optimiser.weights)
    }
  }

  state(): Record<string, TensorData> {
    const state: Record<string, TensorData> = {}
    const parts = [...this.shared.tables, ...this.shared.weights]
    for (const { plan, optimiser } of parts) state[plan.name] = optimiser.weights
    for (const { plan, optimiser } of parts) {
      for (const [view, data] of Object.entries(optimiser.state().views)) state[`${plan.name}/${view}`] = data
    }
    return state
  }

  counters(): Record<string, OptimiserState['counters']> {
    return readCounters(this.shared, this.control.counters)
  }

  restore(counters: Record<string, OptimiserState['counters']>): void {
    const numbers = this.control.counters
    countersOf(this.shared).forEach(({ parameter, counter }, at) => {
      numbers[at] = counters[parameter]?.[counter] ?? 0
    })
    this.restoring = true
  }

  async release(): Promise<void> {
    this.released = true
    this.fail(new MarqueeError('worker-failed', 'the training step was released', { remedy: 'Make a new one.' }))
    await Promise.all(this.workers.map((worker) => worker.terminate()))
    this.control.fail(null)
  }

  private async start(setup: Omit<PartSetup, 'thread'>): Promise<void> {
    // The same name from the sources (.ts) and from the built package (.js).
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
    await Promise.all(
      Array.from({ length: this.plan.threads }, (_, thread) => {
        const worker = new Worker(file, { workerData: { ...setup, thread } satisfies PartSetup, execArgv: [] })
        this.workers.push(worker)
        return new Promise<void>((resolve, reject) => {
          const failed = (cause: unknown): void => {
            if (this.released) return
            this.control.fail(thread)
            if (this.control.failedThread === thread) this.fail(failureOf(cause))
            reject(this.failure ?? failureOf(cause))
          }
          worker.on('message', (message: unknown) => (message === 'ready' ? resolve() : failed(message)))
          worker.on('error', failed)
          worker.on('exit', (code) => failed(new Error(`it ended with code ${code}`)))
        })
      }),
    )
    // A caller that forgets the step does not keep the process alive.
    for (const worker of this.workers) worker.unref()
  }

  /** Asks the threads, at once; resolves to the turn when they have done it. */
  private async ask({ command, ...rest }: Partial<Order> & Pick<Order, 'command'>): Promise<number> {
    if (this.failure) throw this.failure
    const { turn, ended } = this.control.ask({ slot: 0, examples: 0, learningRate: 0, ...rest, command })
    if (this.underWay++ === 0) for (const worker of this.workers) worker.ref()
    await ended
    // The reason of a failure comes by message, later than its flag: how much later, no clock knows. A thread that
    // sends none ends, which is told too; it stays referenced until then, so that the process waits for it.
    if (this.control.broken) await this.failing.promise
    if (--this.underWay === 0) for (const worker of this.workers) worker.unref()
    if (this.control.broken) throw this.failure
    return turn
  }

  private fail(reason: Error): void {
    this.failure ??= reason
    this.failing.resolve()
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0)

function failureOf(cause: unknown): Error {
  if (cause instanceof RangeError || cause instanceof TypeError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new MarqueeError('worker-failed', `a training thread failed: ${reason}`, {
    remedy: 'Train with fewer threads, or with more memory; a checkpoint, where one was written, can be resumed.',
    cause,
  })
}
