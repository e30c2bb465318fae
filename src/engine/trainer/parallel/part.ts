import type { Simd } from '../../kernels/load.ts'
import { arenaBytes, attachArena, createArena } from '../../memory/arena.ts'
import { type BoundRun, Session } from '../../session/session.ts'
import { Control, commands, type Order } from './control.ts'
import { countersOf, restoreCounters, writeCounters } from './counters.ts'
import { layOut, type SharedParts } from './memory.ts'
import { type ParallelPlan, partOf } from './plan.ts'

/** What a thread is started with. */
export interface PartSetup {
  readonly thread: number
  readonly plan: ParallelPlan
  /** The training step's graph for a part of a batch, see parallel-step.ts. */
  readonly model: Uint8Array
  readonly memory: WebAssembly.Memory
  readonly simd: Simd
  readonly control: SharedArrayBuffer
}

/** A thread's own copies: ONNX Runtime takes no views of shared memory. */
interface Own {
  readonly rows: readonly Float32Array[]
  readonly rowGradients: readonly Float32Array[]
  readonly weights: readonly Float32Array[]
  readonly gradients: readonly Float32Array[]
  readonly fed: readonly Float32Array[]
}

/** One thread's part of every step. */
export class Part {
  private readonly setup: PartSetup
  private readonly control: Control
  private readonly shared: SharedParts
  private readonly own: Own
  private readonly session: Session
  private readonly loss = new Float32Array(1)
  private readonly share = new Float32Array(1)
  private readonly bound = new Map<number, BoundRun>()

  private constructor(setup: PartSetup, shared: SharedParts, own: Own, session: Session) {
    this.setup = setup
    this.shared = shared
    this.own = own
    this.session = session
    this.control = new Control(setup.plan.threads, countersOf(shared).length, setup.control)
  }

  static async start(setup: PartSetup): Promise<Part> {
    const { plan, memory, simd, model } = setup
    const shared = layOut(plan, await attachArena(memory, simd))
    const most = Math.ceil(plan.batch / plan.threads)
    const sizes = {
      rows: plan.tables.map(({ dim }) => most * dim),
      weights: plan.weights.map(({ size }) => size),
      fed: plan.fed.map(({ width }) => most * width),
    }
    const bytes = 2 * arenaBytes({ float32: [...sizes.rows, ...sizes.weights] }) + arenaBytes({ float32: sizes.fed })
    const arena = await createArena({ bytes, simd })
    const arrays = (lengths: readonly number[]): Float32Array[] => lengths.map((n) => arena.float32(n))
    const own = {
      rows: arrays(sizes.rows),
      rowGradients: arrays(sizes.rows),
      weights: arrays(sizes.weights),
      gradients: arrays(sizes.weights),
      fed: arrays(sizes.fed),
    }
    return new Part(setup, shared, own, await Session.create(model, { threads: 1 }))
  }

  /** Does what is asked, turn after turn, until the thread is terminated. */
  async serve(): Promise<never> {
    const { control } = this
    for (let turn = 0; ; turn = (turn + 1) | 0) {
      const order = control.take(turn)
      if (order.command === commands.step) await this.step(turn, order)
      else if (order.command === commands.flush) this.flush()
      else restoreCounters(this.shared, control.counters, this.setup.thread)
      control.finish(turn)
    }
  }

  private async step(turn: number, { slot, examples, learningRate }: Order): Promise<void> {
    const { control } = this
    for (const { plan, ids, rows, optimiser } of this.mine(this.shared.tables)) {
      optimiser.gather(ids[slot], examples, rows.subarray(0, examples * plan.dim))
    }
    control.meet()
    control.lossesOf(turn)[this.setup.thread] = await this.differentiate(slot, examples)
    control.meet()
    this.update(slot, examples, learningRate)
  }

  /** Forward and backward pass of this thread's examples; what comes out goes to the shared memory. The loss times their share of the batch. */
  private async differentiate(slot: 0 | 1, examples: number): Promise<number> {
    const { plan, thread } = this.setup
    const { shared, own } = this
    const [from, to] = [partOf(thread, examples, plan.threads), partOf(thread + 1, examples, plan.threads)]
    const n = to - from
    if (n === 0) {
      for (const { gradients } of shared.weights) gradients[thread]!.fill(0)
      return 0
    }
    const copy = (target: Float32Array, source: Float32Array, width: number): void =>
      target.set(source.subarray(from * width, to * width))
    shared.tables.forEach(({ rows }, t) => void copy(own.rows[t]!, rows, plan.tables[t]!.dim))
    plan.fed.forEach(({ width }, f) => void copy(own.fed[f]!, shared.fed[slot][f]!, width))
    shared.weights.forEach(({ optimiser }, w) => void own.weights[w]!.set(optimiser.weights))
    this.share[0] = n / examples
    await this.bind(n).run()
    shared.tables.forEach(({ gradient }, t) => {
      const { dim } = plan.tables[t]!
      gradient.set(own.rowGradients[t]!.subarray(0, n * dim), from * dim)
    })
    shared.weights.forEach(({ gradients }, w) => void gradients[thread]!.set(own.gradients[w]!))
    return this.loss[0]! * this.share[0]!
  }

  /** Sums and updates what this thread owns. */
  private update(slot: 0 | 1, examples: number, rate: number): void {
    const { clip } = this.setup.plan
    const { shared, control } = this
    const { kernels } = shared.arena
    const tables = this.mine(shared.tables)
    const weights = this.mine(shared.weights)
    for (const { plan, ids, gradient, optimiser } of tables) {
      optimiser.accumulate(ids[slot], examples, gradient.subarray(0, examples * plan.dim))
    }
    for (const { gradients } of weights) for (const other of gradients.slice(1)) kernels.add(gradients[0]!, other)
    if (clip > 0) {
      const found = [
        ...tables.map(({ optimiser }) => optimiser.touchedGradient()),
        ...weights.map((w) => w.gradients[0]!),
      ]
      control.squares[this.setup.thread] = found.reduce((sum, gradient) => sum + kernels.sumOfSquares(gradient), 0)
      control.meet()
      const norm = Math.sqrt(control.squares.reduce((sum, part) => sum + part, 0))
      if (Number.isFinite(norm) && norm > clip) for (const gradient of found) kernels.scale(gradient, clip / norm)
    }
    for (const { optimiser } of [...tables, ...weights]) optimiser.step(rate)
    writeCounters(shared, control.counters, this.setup.thread)
  }

  private flush(): void {
    for (const { optimiser } of this.mine(this.shared.tables)) optimiser.flush()
    writeCounters(this.shared, this.control.counters, this.setup.thread)
  }

  private mine<T extends { readonly plan: { readonly owner: number } }>(all: readonly T[]): T[] {
    return all.filter(({ plan }) => plan.owner === this.setup.thread)
  }

  /** The buffers cut to n examples. */
  private bind(n: number): BoundRun {
    const known = this.bound.get(n)
    if (known) return known
    const { plan } = this.setup
    const { own } = this
    const feeds: Record<string, Float32Array> = { 'part/share': this.share }
    const fetches: Record<string, Float32Array> = { loss: this.loss }
    plan.tables.forEach(({ dim }, t) => {
      feeds[`rows.${t}`] = own.rows[t]!.subarray(0, n * dim)
      fetches[`gradient.${t}`] = own.rowGradients[t]!.subarray(0, n * dim)
    })
    plan.weights.forEach(({ name }, w) => {
      feeds[name] = own.weights[w]!
      fetches[`gradient.${plan.tables.length + w}`] = own.gradients[w]!
    })
    plan.fed.forEach(({ name, width }, f) => {
      feeds[name] = own.fed[f]!.subarray(0, n * width)
    })
    const run = this.session.bind(feeds, fetches, { B: n })
    this.bound.set(n, run)
    return run
  }
}
