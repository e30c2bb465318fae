import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { InterruptedError } from '../../src/core/errors.ts'
import { allocate } from '../../src/engine/dot/layout.ts'
import { blockOf, planBlocks } from '../../src/engine/dot/plan.ts'
import { DotPool } from '../../src/engine/dot/pool.ts'
import { referenceEpoch, referencePrediction, referenceSide } from '../../src/engine/dot/reference.ts'
import type { DotSettings } from '../../src/engine/dot/settings.ts'
import { DotTrainer, type DotTrainerOptions } from '../../src/engine/dot/trainer.ts'
import type { WorkerSetup } from '../../src/engine/dot/work.ts'
import { type EpochOptions, trainEpochs } from '../../src/engine/trainer/epochs.ts'
import { adam, largestDifference, sgd, someRatings, someSides } from './dot-data.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

const folder = mkdtempSync(join(tmpdir(), 'marquee-dot-'))
afterAll(() => rmSync(folder, { recursive: true }))

const users = 40
const items = 25
const ratings = someRatings(users, items, 900)
const validation = someRatings(users, items, 100, 5)
const epochs: EpochOptions = { epochs: 3, learningRate: 0.02, fingerprint: '{}' }

const optionsOf = (
  settings: DotSettings,
  threads: number,
  more: Partial<DotTrainerOptions> = {},
): DotTrainerOptions => ({
  ratings,
  users,
  items,
  validation,
  settings,
  threads,
  seed: 11,
  tile: 64,
  initial: someSides(users, items, settings.factors),
  ...more,
})

async function trained(options: DotTrainerOptions, how: EpochOptions = epochs) {
  const trainer = await DotTrainer.create(options)
  try {
    const report = await trainEpochs(trainer, how)
    return { ...trainer.sides(), report }
  } finally {
    await trainer.close()
  }
}

const without = <T extends { report: { epochs: readonly { seconds: number }[] } }>({ report, ...rest }: T) => ({
  ...rest,
  report: { ...report, epochs: report.epochs.map((epoch) => ({ ...epoch, seconds: 0 })) },
})

describe('blocks', () => {
  test('every rating once; in a round no two threads share a user or an item', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 300 }), fc.nat(), (threads, n, seed) => {
        const some = someRatings(20, 15, n, seed)
        const plan = planBlocks(some, 20, 15, threads, seed)
        expect([...plan.source].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, k) => k))
        for (const place of [plan.userPlace, plan.itemPlace]) {
          expect([...place].sort((a, b) => a - b)).toEqual([...place.keys()])
        }
        const visited = new Set<number>()
        for (let round = 0; round < threads; round++) {
          const owner = { user: new Map<number, number>(), item: new Map<number, number>() }
          for (let thread = 0; thread < threads; thread++) {
            const block = blockOf(threads, thread, round)
            visited.add(block)
            const { start, count } = plan.blocks[block]!
            for (const k of plan.source.subarray(start, start + count)) {
              for (const side of ['user', 'item'] as const) {
                const row = some[side][k]!
                expect(owner[side].get(row) ?? thread).toBe(thread)
                owner[side].set(row, thread)
              }
            }
          }
        }
        expect(visited.size).toBe(threads * threads)
      }),
      { numRuns: 40 },
    )
  })

  test('groups have nearly the same number of ratings', () => {
    const some = someRatings(500, 300, 20_000)
    const { blocks } = planBlocks(some, 500, 300, 4, 1)
    for (let g = 0; g < 4; g++) {
      const ofUsers = [0, 1, 2, 3].reduce((sum, h) => sum + blocks[g * 4 + h]!.count, 0)
      const ofItems = [0, 1, 2, 3].reduce((sum, h) => sum + blocks[h * 4 + g]!.count, 0)
      expect(Math.abs(ofUsers - 5000)).toBeLessThan(100)
      expect(Math.abs(ofItems - 5000)).toBeLessThan(100)
    }
  })
})

describe('trainer', () => {
  test.each([
    ['sgd', 1],
    ['sgd', 16],
    ['adam', 16],
    ['adam', 30],
  ] as const)('one thread, %s, batch %i, is the reference in the order it names', async (kind, batch) => {
    const settings: DotSettings = { ...sgd, batch, optimiser: kind === 'sgd' ? { kind } : adam }
    const options = optionsOf(settings, 1, { validation: undefined })
    const trainer = await DotTrainer.create(options)
    const { initial } = options
    const reference = { users: referenceSide(initial.users), items: referenceSide(initial.items) }
    try {
      const report = await trainEpochs(trainer, epochs)
      for (let epoch = 1; epoch <= 3; epoch++) {
        const before = (epoch - 1) * Math.ceil(900 / batch)
        const order = trainer.order(epoch)
        expect(new Set(order).size).toBe(900)
        const sum = referenceEpoch(reference, ratings, order, settings, 0.02, before)
        expect(report.epochs[epoch - 1]!.loss).toBeCloseTo(sum / 900, 4)
      }
      for (const side of ['users', 'items'] as const) {
        const { factors, biases } = trainer.sides()[side]
        expect(largestDifference(factors, reference[side].factors)).toBeLessThan(1e-4)
        expect(largestDifference(biases, reference[side].biases)).toBeLessThan(1e-4)
      }
    } finally {
      await trainer.close()
    }
  })

  test.each([1, 2])('%i threads: the validation RMSE is that of the clipped predictions', async (threads) => {
    const settings = { ...sgd, output: 'linear', offset: 4.5 } as const
    const options = optionsOf(settings, threads)
    const trainer = await DotTrainer.create(options)
    const sides = { users: referenceSide(options.initial.users), items: referenceSide(options.initial.items) }
    let squares = 0
    for (let k = 0; k < 100; k++) {
      const r = referencePrediction(sides, validation.user[k]!, validation.item[k]!, settings)
      squares += (Math.min(5, Math.max(0.5, r)) - validation.rating[k]!) ** 2
    }
    try {
      expect(await trainer.validate!()).toBeCloseTo(Math.sqrt(squares / 100), 5)
    } finally {
      await trainer.close()
    }
  })

  test.each([1, 2, 3])('%i threads: the same seed gives the same bits, another seed others', async (threads) => {
    const settings: DotSettings = { ...sgd, batch: 8, optimiser: adam }
    for (const one of [sgd, settings]) {
      const first = await trained(optionsOf(one, threads))
      const second = await trained(optionsOf(one, threads))
      const other = await trained(optionsOf(one, threads, { seed: 12 }))
      expect(without(second)).toEqual(without(first))
      expect(other.users.factors).not.toEqual(first.users.factors)
    }
  })

  test.each([
    ['sgd', 1],
    ['sgd', 2],
    ['adam', 2],
  ] as const)('interrupted and resumed equals uninterrupted: %s, %i threads', async (kind, threads) => {
    const settings: DotSettings = kind === 'sgd' ? sgd : { ...sgd, batch: 8, optimiser: adam }
    const whole = await trained(optionsOf(settings, threads), { ...epochs, epochs: 5, patience: 4 })
    const directory = join(folder, `${kind}-${threads}`)
    for (const stopAt of [1, 3]) {
      const abort = new AbortController()
      const trainer = await DotTrainer.create(optionsOf(settings, threads))
      const run = trainer.run.bind(trainer)
      // Raised inside an epoch: with two threads the first of its two rounds is finished, the second left for later.
      trainer.run = (context) => {
        if (context.epoch === stopAt) abort.abort()
        return run(context)
      }
      const how = { ...epochs, epochs: 5, patience: 4, signal: abort.signal }
      const checkpoint = { directory, resume: stopAt === 3 }
      await expect(trainEpochs(trainer, { ...how, checkpoint })).rejects.toThrow(InterruptedError)
      await trainer.close()
    }
    const how = { ...epochs, epochs: 5, patience: 4, checkpoint: { directory, resume: true } }
    expect(without(await trained(optionsOf(settings, threads), how))).toEqual(without(whole))
  })

  test('early stopping leaves the best weights', async () => {
    const settings = { ...sgd, l2: 0, l2Bias: 0 }
    const { report, users: side } = await trained(optionsOf(settings, 1), {
      ...epochs,
      learningRate: 0.1,
      epochs: 200,
      patience: 2,
    })
    expect(report.stopped).toBe('early')
    expect(report.epochs.length).toBe(report.bestEpoch + 2)
    const best = await trained(optionsOf(settings, 1), { ...epochs, learningRate: 0.1, epochs: report.bestEpoch })
    expect(side).toEqual(best.users)
  })

  test('a loss that runs away stops with epoch and block', async () => {
    const settings = { ...sgd, output: 'linear' } as const
    const error = await trained(optionsOf(settings, 2), { ...epochs, learningRate: 1e6 }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'diverged' })
    expect(String(error)).toMatch(/epoch 1, round 1 of 2, block \d, tile \d/)
  })

  test('reports ratings done while an epoch runs', async () => {
    const many = someRatings(2000, 1000, 1_500_000)
    const seen: { done: number; loss: number | undefined }[] = []
    // A busy machine may be through with an epoch before this thread gets its turn: epochs until one was seen on its way.
    const stop = new AbortController()
    let [midway, ended] = [false, 0]
    const running = trained(
      {
        ...optionsOf({ ...sgd, factors: 30 }, 2),
        ratings: many,
        users: 2000,
        items: 1000,
        initial: someSides(2000, 1000, 30),
        reportEveryMs: 1,
      },
      {
        ...epochs,
        epochs: 300,
        signal: stop.signal,
        onProgress: ({ done, total, figures, ended: record }) => {
          expect(total).toBe(1_500_000)
          seen.push({ done, loss: figures?.loss })
          midway ||= done > 0 && done < 1_500_000
          if (record) ended++
          if (midway && ended >= 2) stop.abort()
        },
      },
    )
    await expect(running).rejects.toThrow(InterruptedError)
    expect(midway).toBe(true)
    expect(ended).toBeGreaterThanOrEqual(2)
    expect(seen.every(({ done, loss }) => done <= 1_500_000 && loss! > 0.1 && loss! < 10)).toBe(true)
  })

  test('memory is planned before it is taken', async () => {
    const sizes = { users: 3e7, items: 1e5, ratings: 1e8, validation: 0, threads: 2, tile: 16384 }
    await expect(allocate(sizes, { ...sgd, factors: 50 }, 'auto')).rejects.toMatchObject({ code: 'out-of-memory' })
  })

  test('a thread that dies is an error, then and later', async () => {
    const pool = new DotPool([{ memory: null } as unknown as WorkerSetup])
    const job = { kind: 'validate', start: 0, count: 1 } as const
    await expect(pool.run([job])).rejects.toMatchObject({ code: 'worker-failed' })
    await expect(pool.run([job])).rejects.toMatchObject({ code: 'worker-failed' })
    await pool.close()
  })
})
