import type { Simd } from '../kernels/load.ts'
import { diverged, type EpochContext, type EpochOutcome, type EpochTask } from '../trainer/epochs.ts'
import { allocate, type DotMemory, writeRatings } from './layout.ts'
import { defaultTile, epochOrder, tileSize } from './order.ts'
import { blockOf, type Plan, planBlocks, type Ratings } from './plan.ts'
import { DotPool } from './pool.ts'
import { type DotSide, packRows, unpackRows } from './rows.ts'
import type { DotSettings } from './settings.ts'
import type { Job, Result, WorkerSetup } from './work.ts'

export interface DotTrainerOptions {
  readonly ratings: Ratings
  readonly users: number
  readonly items: number
  /** Held-out ratings for validate(). */
  readonly validation?: Ratings | undefined
  readonly settings: DotSettings
  readonly threads: number
  readonly seed: number
  /** What the weights start from. */
  readonly initial: { readonly users: DotSide; readonly items: DotSide }
  readonly simd?: 'auto' | Simd
  /** At most so many ratings are shuffled as a whole; default by the number of ratings. */
  readonly tile?: number
  /** How often an epoch under way is reported; default 100. */
  readonly reportEveryMs?: number
}

/** Where an interrupted epoch goes on: parts done, squared error so far. */
interface Cursor {
  readonly part: number
  readonly sum: number
}

/** No part of an epoch is longer than so many ratings a thread, so that Ctrl-C is answered soon. */
const partLimit = 1 << 22

/**
 * Dot-product training on shared memory by worker threads in disjoint blocks (see planBlocks): an EpochTask for
 * trainEpochs. The same data, settings, seed and number of threads give the same weights bit for bit. Close it in a
 * `finally`: it holds threads.
 */
export class DotTrainer implements EpochTask {
  readonly examples: number
  readonly unit = 'ratings'
  readonly state: EpochTask['state']
  readonly weights = ['users', 'items']
  readonly validate: (() => Promise<number>) | undefined
  private readonly options: DotTrainerOptions
  private readonly plan: Plan
  private readonly memory: DotMemory
  private readonly tile: number
  private readonly pool: DotPool
  /** Parts of a block, the same for every block. */
  private readonly slices: number

  private constructor(options: DotTrainerOptions, plan: Plan, memory: DotMemory, tile: number) {
    this.options = options
    this.plan = plan
    this.memory = memory
    this.tile = tile
    this.examples = options.ratings.rating.length
    this.slices = Math.ceil(Math.max(1, ...plan.blocks.map(({ count }) => count)) / partLimit)
    const { users, items, userMoments, itemMoments } = memory
    this.state = { users, items, ...(userMoments.length > 0 ? { userMoments, itemMoments } : {}) }
    this.validate = options.validation && options.validation.rating.length > 0 ? () => this.rmse() : undefined
    this.pool = new DotPool(this.setups())
  }

  /** Plans, allocates, copies the ratings in and starts the threads. Throws `out-of-memory` before anything is allocated. */
  static async create(options: DotTrainerOptions): Promise<DotTrainer> {
    const { ratings, validation, users, items, settings, threads, seed, simd = 'auto', initial } = options
    const n = ratings.rating.length
    const tile = tileSize(options.tile ?? defaultTile(n), settings.batch)
    const memory = await allocate(
      { users, items, ratings: n, validation: validation?.rating.length ?? 0, threads, tile: Math.min(tile, n) },
      settings,
      simd,
    )
    const plan = planBlocks(ratings, users, items, threads, seed)
    writeRatings(memory.ratings, ratings, plan.source, plan.userPlace, plan.itemPlace)
    if (validation) writeRatings(memory.validation, validation, null, plan.userPlace, plan.itemPlace)
    packRows(memory.users, 'user', initial.users, plan.userPlace, settings.factors)
    packRows(memory.items, 'item', initial.items, plan.itemPlace, settings.factors)
    return new DotTrainer(options, plan, memory, tile)
  }

  /** Nothing but the arrays changes: orders and steps follow from seed and epoch. */
  values(): unknown {
    return null
  }

  restore(): void {}

  async run(context: EpochContext): Promise<EpochOutcome> {
    const { threads } = this.plan
    const { epoch, learningRate: rate } = context
    const start = context.cursor as Cursor | null
    let sum = start?.sum ?? 0
    let before = 0
    const steps = this.roundSteps()
    const parts = threads * this.slices
    for (let part = 0; part < parts; part++) {
      const round = Math.floor(part / this.slices)
      const slice = part % this.slices
      const step = (epoch - 1) * steps.total + steps.before[round]!
      const job = (thread: number): Job => {
        return { kind: 'train', epoch, block: blockOf(threads, thread, round), slice, slices: this.slices, rate, step }
      }
      if (part < (start?.part ?? 0)) {
        before += this.partCount(round, slice)
        continue
      }
      const results = await this.reporting(
        before,
        sum,
        context,
        Array.from({ length: threads }, (_, t) => job(t)),
      )
      before += this.partCount(round, slice)
      for (const { sum: more, bad } of results) {
        if (bad) throw diverged(`the loss is ${more} in epoch ${epoch}, round ${round + 1} of ${threads}, ${bad}`)
        sum += more
      }
      if (context.stopping() && part + 1 < parts) return { cursor: { part: part + 1, sum } satisfies Cursor }
    }
    return { loss: sum / this.examples }
  }

  /** The weights as they are, in the caller's order of users and items. */
  sides(): { users: DotSide; items: DotSide } {
    const { factors } = this.options.settings
    return {
      users: unpackRows(this.memory.users, 'user', this.plan.userPlace, factors),
      items: unpackRows(this.memory.items, 'item', this.plan.itemPlace, factors),
    }
  }

  /** The ratings in the order in which one thread visits them in an epoch (from 1): indices into the given ratings. */
  order(epoch: number): Int32Array {
    if (this.plan.threads !== 1) throw new RangeError('several threads have no one order')
    return epochOrder(this.plan.blocks[0]!, this.plan.source, this.tile, this.options.seed, epoch)
  }

  close(): Promise<void> {
    return this.pool.close()
  }

  private async rmse(): Promise<number> {
    const { threads } = this.plan
    const n = this.options.validation!.rating.length
    const jobs = Array.from({ length: threads }, (_, t): Job => {
      const start = Math.floor((n * t) / threads)
      return { kind: 'validate', start, count: Math.floor((n * (t + 1)) / threads) - start }
    })
    const results = await this.pool.run(jobs)
    return Math.sqrt(results.reduce((sum, result) => sum + result.sum, 0) / n)
  }

  /** Runs jobs and reports how far they are while they run. */
  private async reporting(before: number, sum: number, context: EpochContext, jobs: Job[]): Promise<Result[]> {
    const { progress } = this.memory
    progress.fill(0)
    let thrown: { readonly error: unknown } | null = null
    const timer = setInterval(() => {
      if (thrown) return
      let done = before
      let error = sum
      for (let t = 0; t < progress.length; t += 2) {
        done += progress[t]!
        error += progress[t + 1]!
      }
      try {
        if (done > 0) context.report(done, error / done)
      } catch (error) {
        thrown = { error }
      }
    }, this.options.reportEveryMs ?? 100)
    try {
      const results = await this.pool.run(jobs)
      if (thrown) throw (thrown as { error: unknown }).error
      return results
    } finally {
      clearInterval(timer)
    }
  }

  private partCount(round: number, slice: number): number {
    const { threads, blocks } = this.plan
    let count = 0
    for (let t = 0; t < threads; t++) {
      const tiles = Math.ceil(blocks[blockOf(threads, t, round)]!.count / this.tile)
      const edge = (s: number): number =>
        Math.min(blocks[blockOf(threads, t, round)]!.count, Math.floor((tiles * s) / this.slices) * this.tile)
      count += edge(slice + 1) - edge(slice)
    }
    return count
  }

  /** Threads work side by side, so a round takes as many steps as its longest block. */
  private roundSteps(): { before: number[]; total: number } {
    const { threads, blocks } = this.plan
    const before: number[] = []
    let total = 0
    for (let round = 0; round < threads; round++) {
      before.push(total)
      let longest = 0
      for (let t = 0; t < threads; t++) {
        longest = Math.max(longest, Math.ceil(blocks[blockOf(threads, t, round)]!.count / this.options.settings.batch))
      }
      total += longest
    }
    return { before, total }
  }

  private setups(): WorkerSetup[] {
    const { arena, ratings, validation, users, items, progress, spaces } = this.memory
    const { userSlots, itemSlots, userMoments, itemMoments } = this.memory
    const address = (array: Float32Array | Float64Array | Int32Array): number =>
      array.length > 0 ? array.byteOffset : 0
    const { settings, seed } = this.options
    return Array.from({ length: this.plan.threads }, (_, thread) => {
      const space = spaces[thread]
      return {
        memory: arena.memory,
        simd: arena.simd,
        settings,
        seed,
        tile: this.tile,
        blocks: this.plan.blocks,
        ratings: address(ratings),
        validation: address(validation),
        users: address(users),
        items: address(items),
        progress: address(progress) + thread * 16,
        space: space
          ? {
              addresses: [
                ...[userSlots, space.touchedUsers, space.userGradients, userMoments].map(address),
                ...[itemSlots, space.touchedItems, space.itemGradients, itemMoments].map(address),
              ],
              shuffled: address(space.shuffled),
            }
          : null,
      }
    })
  }
}
