import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { drawKeys } from '../../engine/kernels/draws.ts'
import { createRbmKernels, type RbmTables, rbmScratch } from '../../engine/kernels/rbm.ts'
import { arenaBytes, createArena } from '../../engine/memory/arena.ts'
import { createDenseOptimiser, denseOptimiserBytes } from '../../engine/optimisers/dense.ts'
import type { DenseOptimiser, OptimiserOptions } from '../../engine/optimisers/optimiser.ts'
import { runBatches } from '../../engine/trainer/batches.ts'
import type { EpochTask } from '../../engine/trainer/epochs.ts'
import type { RbmHyperparameters } from './hyperparameters.ts'
import type { Levels } from './levels.ts'
import type { RbmShape } from './network.ts'

const parts = ['weights', 'visible', 'hidden', 'presence'] as const
type Part = (typeof parts)[number]

export interface RbmTask {
  readonly task: EpochTask
  /** Live views, by the names of the network's parameters. */
  readonly weights: Readonly<Record<Part, Float32Array>>
}

/** Contrastive divergence over batches of users, everything in one arena. Throws `out-of-memory` before allocating. */
export async function createRbmTask(
  train: Interactions,
  shape: RbmShape,
  levels: Levels,
  settings: RbmHyperparameters,
  { seed, random, validate }: { seed: number; random: Random; validate?: (() => Promise<number>) | undefined },
): Promise<RbmTask> {
  const { items, units } = shape
  const { optimiser, momentum, weightDecay, steps, stage } = settings
  const sizes: Record<Part, number> = {
    weights: items * shape.levels * units,
    visible: items * shape.levels,
    hidden: units,
    presence: shape.conditional ? items * units : 0,
  }
  const { offsets, indices, values } = train.byUser()
  const users = Int32Array.from(offsets.keys()).filter((u) => u + 1 < offsets.length && offsets[u + 1]! > offsets[u]!)
  const longest = users.reduce((most, u) => Math.max(most, offsets[u + 1]! - offsets[u]!), 0)
  const optionsOf = (part: Part): OptimiserOptions => {
    const l2 = part === 'weights' || part === 'presence' ? weightDecay : 0
    return optimiser === 'sgd' ? { kind: 'sgd', momentum, l2 } : { kind: 'adam', l2 }
  }
  const used = parts.filter((part) => sizes[part] > 0)
  const scratchSize = rbmScratch(units, shape.levels, longest)
  const arena = await createArena({
    bytes:
      arenaBytes({
        float32: [...parts.flatMap((part) => [sizes[part], sizes[part]]), scratchSize],
        int32: [longest, longest],
      }) + used.reduce((sum, part) => sum + denseOptimiserBytes(optionsOf(part), sizes[part]), 0),
  })
  const kernels = await createRbmKernels(arena.memory, arena.simd)
  const take = (): Record<Part, Float32Array> =>
    Object.fromEntries(parts.map((part) => [part, arena.float32(sizes[part])])) as Record<Part, Float32Array>
  const [weights, gradient] = [take(), take()]
  const optimisers = used.map((part): [Part, DenseOptimiser] => [
    part,
    createDenseOptimiser(arena, { weights: weights[part], gradient: gradient[part] }, optionsOf(part)),
  ])
  const [own, given] = [arena.int32(longest), arena.int32(longest)]
  const scratch = arena.float32(scratchSize)
  start(train, shape, levels, weights, settings.initSd, random.fork('weights'))

  const tables: RbmTables = { units, levels: shape.levels, ...weights }
  const contrast: RbmTables = { units, levels: shape.levels, ...gradient }
  const raters = new Int32Array(items)
  let gibbs = 1
  let stream = 0
  /** One user's contrast into the gradient; the mean -log p of the ratings. */
  const visit = (user: number): number => {
    let n = 0
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
      // The last of a pair's ratings counts.
      if (n > 0 && own[n - 1] === indices[at]) n--
      own[n] = indices[at]!
      given[n++] = levels.of(values[at]!)
    }
    for (let e = 0; e < n; e++) raters[own[e]!]!++
    const keys = drawKeys(seed, stream + user)
    return kernels.contrast(tables, own.subarray(0, n), given.subarray(0, n), gibbs, keys, scratch, contrast) / n
  }
  /** Item parts are divided by the users of the batch who rated the item, damped: rare ones learn little slower. Signs turn: a descent. */
  const finish = (batch: number): void => {
    const scale = (view: Float32Array, width: number): void => {
      for (let item = 0; item < items; item++) {
        if (raters[item] === 0) continue
        const factor = -1 / (raters[item]! + caution)
        for (let at = item * width; at < (item + 1) * width; at++) view[at]! *= factor
      }
    }
    scale(gradient.weights, shape.levels * units)
    scale(gradient.visible, shape.levels)
    if (shape.conditional) scale(gradient.presence, units)
    for (let d = 0; d < units; d++) gradient.hidden[d]! *= -1 / batch
    raters.fill(0)
  }
  const chosen: [Int32Array, Int32Array] = [new Int32Array(0), new Int32Array(0)]
  const step = {
    prepare: (slot: 0 | 1, rows: Int32Array) => {
      chosen[slot] = rows
    },
    run: (slot: 0 | 1, learningRate: number): Promise<number> => {
      for (const part of used) gradient[part].fill(0)
      let loss = 0
      for (const u of chosen[slot]) loss += visit(users[u]!)
      finish(chosen[slot].length)
      for (const [, held] of optimisers) held.step(learningRate)
      return Promise.resolve(loss / chosen[slot].length)
    },
  }
  let order = random.fork('order')
  let began = order.state()
  const state = Object.fromEntries([
    ...used.map((part) => [part, weights[part]] as const),
    ...optimisers.flatMap(([part, held]) =>
      Object.entries(held.state().views).map(([name, view]) => [`${part}/${name}`, view] as const),
    ),
  ])
  const task: EpochTask = {
    examples: users.length,
    unit: 'users',
    state,
    weights: used,
    values: () => ({
      random: began,
      counters: Object.fromEntries(optimisers.map(([part, held]) => [part, held.state().counters])),
    }),
    restore: (saved) => {
      const held = saved as { random: number[]; counters: Record<string, Record<string, number>> }
      order = Random.from(held.random)
      for (const [part, own] of optimisers) {
        own.restore({ views: own.state().views, counters: held.counters[part]! })
      }
    },
    run: async (context) => {
      began = order.state()
      gibbs = steps[Math.min(steps.length - 1, Math.floor((context.epoch - 1) / stage))]!
      stream = context.epoch * 2 ** 32
      const shuffled = order.shuffle(Int32Array.from(users.keys()))
      const batch = Math.min(settings.batch, users.length)
      // Synchronous work: let progress and signals through between epochs at least.
      await new Promise((resolve) => setImmediate(resolve))
      const outcome = await runBatches({ order: shuffled, batch, context, step })
      if ('loss' in outcome) began = order.state()
      return outcome
    },
    validate,
  }
  return { task, weights }
}

/** Small random weights; visible biases at the logarithm of each item's damped share of every level. */
function start(
  train: Interactions,
  { items, levels: count, units }: RbmShape,
  levels: Levels,
  { weights, visible }: Record<Part, Float32Array>,
  sd: number,
  random: Random,
): void {
  const { offsets } = train.byItem()
  const overall = new Float64Array(count).fill(1e-3)
  visible.fill(0)
  for (let row = 0; row < train.count; row++) {
    const level = levels.of(train.rating[row]!)
    overall[level]! += 1 / train.count
    visible[train.item[row]! * count + level]! += 1
  }
  for (let item = 0; item < items; item++) {
    const rated = offsets[item + 1]! - offsets[item]!
    for (let k = 0; k < count; k++) {
      const share = (visible[item * count + k]! + priorRatings * overall[k]!) / (rated + priorRatings)
      visible[item * count + k] = Math.log(share)
    }
    if (rated === 0) continue
    for (let at = item * count * units; at < (item + 1) * count * units; at++) weights[at] = random.normal() * sd
  }
}

/** Raters of no contrast that every item of a batch is given, so that a single one does not move a rare item far. */
const caution = 10

/** Ratings of the average item that every item starts with. */
const priorRatings = 5
