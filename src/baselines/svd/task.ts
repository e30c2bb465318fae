import { setImmediate } from 'node:timers/promises'
import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { keyOf } from '../../engine/dot/order.ts'
import { createSvdKernels, type SvdKernels, type SvdSteps, type SvdTables } from '../../engine/kernels/svd.ts'
import { arenaBytes, createArena } from '../../engine/memory/arena.ts'
import type { EpochContext, EpochOutcome, EpochTask } from '../../engine/trainer/epochs.ts'

export interface SvdTaskOptions {
  readonly train: Interactions
  readonly seed: number
  readonly factors: number
  readonly initialSd: number
  readonly mean: number
  readonly l2: number
  /** The step size of the biases as a multiple of that of the factors; 0 for a model without them. */
  readonly biasShare: number
  readonly biasL2: number
  /** With implicit item factors. */
  readonly implicit: boolean
  readonly validate?: (() => Promise<number>) | undefined
}

/** Where an interrupted epoch goes on: places of the order (or users of SVD++) done, squared error so far. */
interface Cursor {
  readonly done: number
  readonly sum: number
}

/** Signals are heard after so many ratings. */
const chunk = 1 << 18

const bitsFor = (count: number): number => Math.ceil(Math.log2(count))

/**
 * Factor models by stochastic gradient descent on one thread, for trainEpochs. SVD visits the ratings in a new order
 * every epoch, SVD++ the users and then each one's ratings. Rows of users and items without ratings stay zero.
 */
export class SvdTask implements EpochTask {
  readonly examples: number
  readonly unit = 'ratings'
  readonly state: EpochTask['state']
  readonly weights: readonly string[]
  readonly validate: (() => Promise<number>) | undefined
  readonly tables: SvdTables
  private readonly options: SvdTaskOptions
  private readonly kernels: SvdKernels
  private readonly offsets: Int32Array
  /** SVD: user, item and rating, rating after rating; SVD++: the items, user after user. */
  private readonly places: Int32Array
  /** SVD++ only: the ratings beside `places`. */
  private readonly ratings: Float32Array
  private readonly scratch: Float32Array
  private readonly vectors: Float32Array

  private constructor(options: SvdTaskOptions, memory: SvdMemory) {
    this.options = options
    this.examples = options.train.count
    this.validate = options.validate
    this.tables = memory.tables
    this.kernels = memory.kernels
    this.offsets = memory.offsets
    this.places = memory.places
    this.ratings = memory.ratings
    this.scratch = memory.scratch
    this.vectors = memory.vectors
    const { users, items, implicit, userBias, itemBias } = memory.tables
    const state: Record<string, Float32Array> = { users, items }
    if (options.biasShare > 0) Object.assign(state, { userBias, itemBias })
    if (options.implicit) state.implicit = implicit
    this.state = state
    this.weights = Object.keys(this.state)
  }

  /** Throws `out-of-memory` before anything is allocated. */
  static async create(options: SvdTaskOptions): Promise<SvdTask> {
    return new SvdTask(options, await fill(options))
  }

  values(): unknown {
    return null
  }

  restore(): void {}

  async run(context: EpochContext): Promise<EpochOutcome> {
    const start = (context.cursor ?? { done: 0, sum: 0 }) as Cursor
    const steps = this.stepsAt(context.learningRate)
    return this.options.implicit ? this.runUsers(context, steps, start) : this.runRatings(context, steps, start)
  }

  /** What an item's factors are multiplied with: user factors, for SVD++ with the implicit part. A live view, users x width. */
  userVectors(): Float32Array {
    if (!this.options.implicit) return this.tables.users
    this.kernels.userVectors(this.tables, this.offsets, this.places, this.vectors)
    return this.vectors
  }

  private stepsAt(rate: number): SvdSteps {
    const { mean, l2, biasShare, biasL2 } = this.options
    return { mean, rate, l2, biasRate: rate * biasShare, biasL2 }
  }

  private async runRatings(context: EpochContext, steps: SvdSteps, start: Cursor): Promise<EpochOutcome> {
    const { train, seed } = this.options
    const order = { count: train.count, bits: bitsFor(train.count), key: keyOf(seed, context.epoch) }
    const end = 2 ** order.bits
    let { done, sum } = start
    while (done < end) {
      const to = Math.min(end, done + chunk)
      sum += this.kernels.sgd(this.tables, steps, this.places, order, done, to)
      done = to
      const share = Math.round((done / end) * train.count)
      context.report(share, sum / Math.max(1, share))
      await setImmediate()
      if (done < end && context.stopping()) return { cursor: { done, sum } satisfies Cursor }
    }
    return { loss: sum / train.count }
  }

  private async runUsers(context: EpochContext, steps: SvdSteps, start: Cursor): Promise<EpochOutcome> {
    const { offsets, places, ratings, scratch, tables } = this
    const { train, seed } = this.options
    const order = new Random(keyOf(seed, context.epoch) >>> 0).shuffle(
      Int32Array.from({ length: train.users.size }, (_, u) => u),
    )
    let { done, sum } = start
    let visited = 0
    for (let n = 0; n < done; n++) visited += offsets[order[n]! + 1]! - offsets[order[n]!]!
    let pause = visited + chunk
    while (done < order.length) {
      const user = order[done++]!
      const at = offsets[user]!
      const count = offsets[user + 1]! - at
      if (count > 0) {
        const own = places.subarray(at, at + count)
        const key = keyOf(seed, context.epoch, user)
        const visit = { count, bits: bitsFor(count), key }
        sum += this.kernels.svdpp(tables, steps, user, own, ratings.subarray(at, at + count), visit, scratch)
        visited += count
      }
      if (visited < pause) continue
      pause = visited + chunk
      context.report(visited, sum / visited)
      await setImmediate()
      if (done < order.length && context.stopping()) return { cursor: { done, sum } satisfies Cursor }
    }
    return { loss: sum / train.count }
  }
}

interface SvdMemory {
  readonly tables: SvdTables
  readonly kernels: SvdKernels
  readonly offsets: Int32Array
  readonly places: Int32Array
  readonly ratings: Float32Array
  readonly scratch: Float32Array
  readonly vectors: Float32Array
}

async function fill({ train, factors, implicit, initialSd, seed }: SvdTaskOptions): Promise<SvdMemory> {
  const { count } = train
  const users = train.users.size
  const items = train.items.size
  const width = Math.ceil(factors / 4) * 4
  const floats = {
    users: users * width,
    items: items * width,
    implicit: implicit ? items * width : 0,
    userBias: users,
    itemBias: items,
    ratings: implicit ? count : 0,
    scratch: 2 * width,
    vectors: implicit ? users * width : 0,
  }
  const ints = { offsets: implicit ? users + 1 : 0, places: implicit ? count : 3 * count }
  const arena = await createArena({
    bytes: arenaBytes({ float32: Object.values(floats), int32: Object.values(ints) }),
  })
  const tables: SvdTables = {
    width,
    users: arena.float32(floats.users),
    items: arena.float32(floats.items),
    implicit: arena.float32(floats.implicit),
    userBias: arena.float32(floats.userBias),
    itemBias: arena.float32(floats.itemBias),
  }
  const memory: SvdMemory = {
    tables,
    kernels: await createSvdKernels(arena.memory, arena.simd),
    offsets: arena.int32(ints.offsets),
    places: arena.int32(ints.places),
    ratings: arena.float32(floats.ratings),
    scratch: arena.float32(floats.scratch),
    vectors: arena.float32(floats.vectors),
  }
  const random = new Random(seed)
  const byUser = train.byUser()
  const byItem = train.byItem()
  draw(tables.users, byUser.offsets, width, factors, initialSd, random.fork('users'))
  draw(tables.items, byItem.offsets, width, factors, initialSd, random.fork('items'))
  if (implicit) {
    draw(tables.implicit, byItem.offsets, width, factors, initialSd, random.fork('implicit'))
    memory.offsets.set(byUser.offsets)
    memory.places.set(byUser.indices)
    memory.ratings.set(byUser.values)
  } else {
    const values = new Float32Array(memory.places.buffer, memory.places.byteOffset, memory.places.length)
    for (let n = 0; n < count; n++) {
      memory.places[3 * n] = train.user[n]!
      memory.places[3 * n + 1] = train.item[n]!
      values[3 * n + 2] = train.rating[n]!
    }
  }
  return memory
}

/** Draws the factors of rows that have ratings. */
function draw(
  table: Float32Array,
  offsets: Int32Array,
  width: number,
  factors: number,
  sd: number,
  random: Random,
): void {
  for (let row = 0; row + 1 < offsets.length; row++) {
    if (offsets[row] === offsets[row + 1]) continue
    for (let k = 0; k < factors; k++) table[row * width + k] = sd * random.normal()
  }
}
