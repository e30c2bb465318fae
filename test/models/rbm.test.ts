import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { split, synthesise } from '../../src/data/index.ts'
import { Session } from '../../src/engine/index.ts'
import { drawKeys } from '../../src/engine/kernels/draws.ts'
import { createRbmKernels, type RbmTables, rbmScratch } from '../../src/engine/kernels/rbm.ts'
import { rbmReference } from '../../src/engine/kernels/reference/rbm.ts'
import { createArena } from '../../src/engine/memory/arena.ts'
import { rbmHyperparameters } from '../../src/models/rbm/hyperparameters.ts'
import { levelsOf } from '../../src/models/rbm/levels.ts'
import { Rbm } from '../../src/models/rbm/rbm.ts'
import type { FitOptions } from '../../src/models/recommender.ts'

interface Room {
  float32(n: number): Float32Array
  int32(n: number): Int32Array
}

const plain: Room = { float32: (n) => new Float32Array(n), int32: (n) => new Int32Array(n) }

function tablesIn(room: Room, items: number, levels: number, units: number, conditional: boolean): RbmTables {
  return {
    units,
    levels,
    weights: room.float32(items * levels * units),
    visible: room.float32(items * levels),
    hidden: room.float32(units),
    presence: room.float32(conditional ? items * units : 0),
  }
}

const views = ({ weights, visible, hidden, presence }: RbmTables): Float32Array[] => [
  weights,
  visible,
  hidden,
  presence,
]

function randomise(tables: RbmTables, seed: number, sd: number): void {
  const random = new Random(seed)
  for (const view of views(tables)) for (let i = 0; i < view.length; i++) view[i] = sd * random.normal()
}

function filled(room: Room, values: readonly number[]): Int32Array {
  const array = room.int32(values.length)
  array.set(values)
  return array
}

describe('contrastive divergence', () => {
  test.each([
    { simd: 'relaxed', conditional: true, units: 7, steps: 1 },
    { simd: 'plain', conditional: false, units: 8, steps: 3 },
  ] as const)('the kernel ($simd) does what the reference does', async ({ simd, conditional, units, steps }) => {
    const arena = await createArena({ bytes: 1 << 20, simd })
    const kernels = await createRbmKernels(arena.memory, simd)
    const items = 9
    const levels = 5
    const owned = [0, 3, 4, 8]
    const given = [4, 0, 2, 3]
    const run = (room: Room, which: typeof kernels, seed: number): { loss: number; gradient: RbmTables } => {
      const tables = tablesIn(room, items, levels, units, conditional)
      randomise(tables, seed, 0.5)
      const gradient = tablesIn(room, items, levels, units, conditional)
      const scratch = room.float32(rbmScratch(units, levels, 4))
      const keys = drawKeys(seed, 2)
      return {
        loss: which.contrast(tables, filled(room, owned), filled(room, given), steps, keys, scratch, gradient),
        gradient,
      }
    }
    for (let seed = 1; seed <= 20; seed++) {
      const [mine, meant] = [run(arena, kernels, seed), run(plain, rbmReference, seed)]
      expect(mine.loss).toBeCloseTo(meant.loss, 4)
      for (const [v, view] of views(meant.gradient).entries()) {
        expect([...views(mine.gradient)[v]!]).toEqual([...view].map((x) => expect.closeTo(x, 4)))
      }
    }
  })

  /** The machine is small enough to sum over all its states; the likelihood's slope is a central difference of its exact logarithm. */
  test('many Gibbs steps follow the gradient of the exact likelihood', async () => {
    const arena = await createArena({ bytes: 1 << 20 })
    const kernels = await createRbmKernels(arena.memory, arena.simd)
    const [items, levels, units] = [3, 2, 2]
    const tables = tablesIn(arena, items, levels, units, true)
    randomise(tables, 5, 0.7)
    const rated = filled(arena, [0, 2])
    const given = filled(arena, [1, 0])
    const gradient = tablesIn(arena, items, levels, units, true)
    const scratch = arena.float32(rbmScratch(units, levels, 2))
    const rounds = 40_000
    for (let n = 0; n < rounds; n++) kernels.contrast(tables, rated, given, 25, drawKeys(1, n), scratch, gradient)

    const exact = views(tables).map((view) => Float64Array.from(view))
    const [weights, visible, hidden, presence] = exact as [Float64Array, Float64Array, Float64Array, Float64Array]
    /** log of the sum over hidden states of exp(-energy) for levels of the rated items. */
    const free = (chosen: readonly number[]): number => {
      const rows = [0, 2].map((item, e) => item * levels + chosen[e]!)
      let sum = rows.reduce((s, row) => s + visible[row]!, 0)
      for (let d = 0; d < units; d++) {
        const x = rows.reduce(
          (s, row) => s + weights[row * units + d]!,
          hidden[d]! + presence[d]! + presence[2 * units + d]!,
        )
        sum += Math.log(1 + Math.exp(x))
      }
      return sum
    }
    const likelihood = (): number => {
      const all = [0, 1].flatMap((a) => [0, 1].map((b) => Math.exp(free([a, b]))))
      return free([1, 0]) - Math.log(all.reduce((a, b) => a + b))
    }
    let large = 0
    for (const [v, view] of exact.entries()) {
      for (let i = 0; i < view.length; i++) {
        const kept = view[i]!
        view[i] = kept + 1e-5
        const up = likelihood()
        view[i] = kept - 1e-5
        const slope = (up - likelihood()) / 2e-5
        view[i] = kept
        expect(views(gradient)[v]![i]! / rounds).toBeCloseTo(slope, 1.7)
        if (Math.abs(slope) > 0.05) large++
      }
    }
    expect(large).toBeGreaterThan(5)
  })

  test('levels are those of the scale', () => {
    expect([...levelsOf({ min: 0.5, max: 5, step: 0.5 }).values]).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5])
    const whole = levelsOf({ min: 1, max: 5, step: 1 })
    expect([1, 3, 5].map(whole.of)).toEqual([0, 2, 4])
    expect(levelsOf({ min: 3, max: 3, step: null }).values.length).toBe(1)
    expect(levelsOf({ min: 0, max: 9, step: null }).of(4.4)).toBe(4)
  })
})

const { interactions } = synthesise({
  users: 80,
  items: 40,
  ratings: 1600,
  scale: { min: 1, max: 5, step: 0.5 },
  seed: 2,
})
const parts = split(interactions, { kind: 'random', ratio: 0.8, validation: 0.2, seed: 1 })
const train = parts.train
const validation = parts.validation!
const small = { hidden: 6, epochs: 3, batch: 10 }
const create = (over: Record<string, unknown> = {}): Rbm => new Rbm(rbmHyperparameters.parse({ ...small, ...over }))
const weightsOf = (model: Rbm): number[] => Object.values(model.save().tensors).flatMap(({ data }) => [...data])

async function fitted(over: Record<string, unknown> = {}, options: FitOptions = {}): Promise<Rbm> {
  const model = create(over)
  await model.fit(train, { seed: 1, threads: 1, ...options })
  return model
}

describe('rbm', () => {
  test('interrupted and resumed: the weights of an uninterrupted run, bit for bit', async () => {
    const over = { epochs: 4, steps: [1, 2], stage: 2 }
    const whole = await fitted(over, { validation })
    const directory = mkdtempSync(join(tmpdir(), 'marquee-rbm-'))
    const controller = new AbortController()
    let reports = 0
    const stopping = fitted(over, {
      validation,
      signal: controller.signal,
      checkpoint: { directory, resume: false },
      onProgress: () => {
        if (++reports === 12) controller.abort()
      },
    })
    await expect(stopping).rejects.toThrow(/interrupted in epoch 2 of 4/)
    const resumed = await fitted(over, { validation, checkpoint: { directory, resume: true } })
    expect(weightsOf(resumed)).toEqual(weightsOf(whole))
  })

  test("a training user's ratings as a profile give what the user gets; its ONNX file agrees", async () => {
    for (const conditional of [true, false]) {
      const model = await fitted({ conditional })
      const { offsets, indices, values } = train.byUser()
      const item = indices.slice(offsets[4]!, offsets[5]!)
      const rating = values.slice(offsets[4]!, offsets[5]!)
      const scores = await model.scoreAll({ user: 4 })
      expect(await model.scoreAll({ profile: Array.from(item, (i, n) => ({ item: i, rating: rating[n]! })) })).toEqual(
        scores,
      )
      const [file] = await model.onnx()
      const session = await Session.create(file!.bytes)
      const out = new Float32Array(40)
      await session.bind({ item, rating }, { scores: out }, { N: item.length }).run()
      expect([...out]).toEqual([...scores].map((x) => expect.closeTo(x, 4)))
      await session.release()
    }
  })
})
