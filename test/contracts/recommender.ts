import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readContainer, writeContainer } from '../../src/core/container.ts'
import { checkerboard, type Interactions } from '../../src/data/index.ts'
import { split } from '../../src/data/splits/index.ts'
import { evaluate } from '../../src/evaluation/index.ts'
import type { FitReport, ModelState, Recommender, Who } from '../../src/models/recommender.ts'
import { createModel } from '../../src/models/registry.ts'
import { featuresOf, noise, ordinary, table } from './data.ts'

type Settings = Readonly<Record<string, unknown>>

export interface ContractOptions {
  /** Hyper-parameters that keep fitting short. */
  readonly quick?: Settings
  /** Hyper-parameters to learn the checkerboard with, or why the model cannot. */
  readonly checkerboard: Settings | string
  /** Hyper-parameters for data without structure, with the largest RMSE allowed as a multiple of the ratings' deviation; or why not. */
  readonly chance: { readonly set?: Settings; readonly atMost: number } | string
}

/** What every model and baseline must keep; one call per registered name. A skipped test names its reason. */
export function describeRecommender(name: string, options: ContractOptions): void {
  const { quick = {} } = options
  const train = ordinary()
  const nobody = train.users.size - 1
  const nothing = train.items.size - 1
  const profile = [
    { item: 2, rating: 5 },
    { item: 7, rating: 1.5 },
  ]
  let model: Recommender
  let report: FitReport

  async function fitted(data = train, set: Settings = quick, seed = 1): Promise<Recommender> {
    const fresh = await createModel(name, { ...set })
    await fresh.fit(data, { items: featuresOf(data), seed, threads: 1 })
    return fresh
  }

  async function expectFinite(some: Recommender, who: Who, items: number): Promise<void> {
    const scores = await some.scoreAll(who)
    expect(scores.length).toBe(items)
    expect(scores.every(Number.isFinite)).toBe(true)
  }

  describe(`contract: ${name}`, () => {
    beforeAll(async () => {
      model = await createModel(name, { ...quick })
      report = await model.fit(train, { items: featuresOf(train), seed: 1, threads: 1 })
    })

    test('bears its name, its hyper-parameters with defaults, and an honest report', async () => {
      expect(model.name).toBe(name)
      expect(model.hyperparameters).toMatchObject(quick)
      expect(Object.keys(model.hyperparameters)).toEqual(Object.keys((await createModel(name)).hyperparameters))
      expect(report.seconds).toBeGreaterThan(0)
      expect(report.repeatable).toBe(true)
      expect(report.bestEpoch === null).toBe(report.epochs.length === 0)
      for (const { loss, validation } of report.epochs) {
        expect(Number.isFinite(loss)).toBe(true)
        expect(validation).toBeNull()
      }
    })

    test('is fitted once, and not used before', async () => {
      await expect(model.fit(train)).rejects.toMatchObject({ code: 'already-fitted' })
      const fresh = await createModel(name, { ...quick })
      await expect(fresh.scoreAll({ user: 0 })).rejects.toMatchObject({ code: 'not-fitted' })
      await expect(fresh.fit(table([], 2, 2))).rejects.toMatchObject({ code: 'no-ratings' })
    })

    test('scores every item with a finite number; the batched scores are the same', async () => {
      const users = Int32Array.of(0, 5, 59, nobody)
      const batched = await model.scoreUsers(users)
      expect(batched.length).toBe(users.length * train.items.size)
      for (const [n, user] of users.entries()) {
        const scores = await model.scoreAll({ user })
        expect(scores.length).toBe(train.items.size)
        for (const [item, score] of scores.entries()) {
          expect(Number.isFinite(score)).toBe(true)
          expect(batched[n * train.items.size + item]).toBeCloseTo(score, 4)
        }
      }
    })

    test('predicts within the scale (or a probability), as it scores', async () => {
      const item = Int32Array.from({ length: train.items.size }, (_, k) => k)
      const predicted = await model.predict({ user: item.map(() => 4), item })
      const scores = await model.scoreAll({ user: 4 })
      const { min, max } = model.abilities.ratings ? train.scale : { min: 0, max: 1 }
      for (const [k, value] of predicted.entries()) {
        expect(value).toBeGreaterThanOrEqual(min)
        expect(value).toBeLessThanOrEqual(max)
        if (model.abilities.ratings) expect(value).toBeCloseTo(Math.min(max, Math.max(min, scores[k]!)), 4)
      }
    })

    test('unknown users and items are ordinary inputs', async () => {
      const predicted = await model.predict({
        user: Int32Array.of(-1, -1, -1, nobody, nobody, 0, 0),
        item: Int32Array.of(-1, 0, nothing, -1, nothing, -1, nothing),
      })
      expect(predicted.every(Number.isFinite)).toBe(true)
      await expectFinite(model, { user: -1 }, train.items.size)
      await expectFinite(model, { user: nobody }, train.items.size)
      expect((await model.recommend({ user: nobody })).length).toBe(10)
      expect((await model.predict({ user: new Int32Array(0), item: new Int32Array(0) })).length).toBe(0)
    })

    test('an empty profile gets what an unknown user gets', async () => {
      expect(await model.scoreAll({ profile: [] })).toEqual(await model.scoreAll({ user: -1 }))
      expect((await model.recommend({ profile: [] })).length).toBe(10)
    })

    test('scores a few items as it scores all', async (context) => {
      if (!model.scoreItems) return context.skip('a few cost the model no less than all')
      const everybody: Who[] = [{ user: 0 }, { user: -1 }, { user: nobody }, { profile }, { profile: [] }]
      for (const who of everybody) {
        if ('profile' in who && who.profile.length > 0 && !model.abilities.foldIn) continue
        const all = await model.scoreAll(who)
        const items = Int32Array.of(3, 0, nothing, 3)
        const some = await model.scoreItems(who, items)
        expect(some.length).toBe(items.length)
        items.forEach((item, n) => {
          expect(some[n]).toBeCloseTo(all[item]!, 4)
        })
        expect(await model.scoreItems(who, new Int32Array(0))).toEqual(new Float32Array(0))
      }
      await expect(model.scoreItems({ user: 0 }, Int32Array.of(train.items.size))).rejects.toThrow(RangeError)
    })

    test('leaves ratings out of a profile as folding in the rest does', async (context) => {
      if (!model.leaveOut) return context.skip('the model has no faster way than folding in again')
      const long = Array.from({ length: 28 }, (_, item) => ({ item, rating: 1 + (item % 5) }))
      for (const some of [long, profile, profile.slice(0, 1)]) {
        const left = Int32Array.from(some, (_, position) => position)
        const items = Int32Array.of(0, 3, 29, nothing)
        const rows = await model.leaveOut(some, left, items)
        expect(rows.length).toBe(left.length * items.length)
        for (const position of left) {
          const rest = some.filter((_, other) => other !== position)
          const scores = await model.scoreAll({ profile: rest })
          items.forEach((item, k) => {
            expect(rows[position * items.length + k]).toBeCloseTo(scores[item]!, 3)
          })
        }
      }
      await expect(model.leaveOut(profile, Int32Array.of(2), Int32Array.of(0))).rejects.toThrow(RangeError)
      await expect(model.leaveOut(profile, Int32Array.of(0), Int32Array.of(-1))).rejects.toThrow(RangeError)
    })

    test('takes profiles, the same each time, rated items left out, unknown items passed over', async () => {
      if (!model.abilities.foldIn) {
        await expect(model.scoreAll({ profile })).rejects.toMatchObject({ code: 'not-able' })
        return
      }
      const once = await model.scoreAll({ profile })
      expect(once.every(Number.isFinite)).toBe(true)
      expect(await model.scoreAll({ profile })).toEqual(once)
      expect(await model.scoreAll({ profile: [...profile, { item: -1, rating: 3 }] })).toEqual(once)
      const items = (await model.recommend({ profile }, { k: 100 })).map(({ item }) => item)
      expect(items).not.toContain(2)
      expect(items).not.toContain(7)
      expect(items.length).toBe(train.items.size - 2)
      for (const rating of [1, 5]) await expectFinite(model, { profile: [{ item: 0, rating }] }, train.items.size)
      await expectFinite(model, { profile: [{ item: nothing, rating: 4 }] }, train.items.size)
      await expect(model.scoreAll({ profile: [{ item: 0, rating: 9 }] })).rejects.toMatchObject({ code: 'bad-rating' })
    })

    test('recommends best first, ties by index, without what was rated', async () => {
      const { offsets, indices } = train.byUser()
      const seen = [...indices.subarray(offsets[3]!, offsets[4]!)]
      const scores = await model.scoreAll({ user: 3 })
      const expected = [...scores.keys()]
        .filter((item) => !seen.includes(item))
        .sort((a, b) => scores[b]! - scores[a]! || a - b)
      const all = await model.recommend({ user: 3 }, { k: 1000 })
      expect(all.map(({ item }) => item)).toEqual(expected)
      for (const { item, score, rating } of all) {
        expect(score).toBe(scores[item])
        if (!model.abilities.ratings) expect(rating).toBeNull()
        else expect(rating).toBe(Math.min(train.scale.max, Math.max(train.scale.min, score)))
      }
      const five = await model.recommend({ user: 3 }, { k: 5 })
      expect(five).toEqual(all.slice(0, 5))
    })

    test('leaves out what it is told to, keeps to the filter, and gives rated items on request', async () => {
      const first = (await model.recommend({ user: 3 }, { k: 1 }))[0]!.item
      const without = await model.recommend({ user: 3 }, { k: 1000, exclude: [first, -1] })
      expect(without.map(({ item }) => item)).not.toContain(first)
      const odd = await model.recommend({ user: 3 }, { k: 1000, filter: (item) => item % 2 === 1 })
      expect(odd.every(({ item }) => item % 2 === 1)).toBe(true)
      expect(odd.length).toBeGreaterThan(0)
      expect(await model.recommend({ user: 3 }, { filter: () => false })).toEqual([])
      expect((await model.recommend({ user: 3 }, { k: 1000, includeSeen: true })).length).toBe(train.items.size)
    })

    test('finds similar items, or says that it cannot', async () => {
      if (!model.abilities.similar) {
        await expect(model.similar([0])).rejects.toMatchObject({ code: 'not-able' })
        return
      }
      const near = await model.similar([0, 4], 1000)
      expect(near.length).toBeGreaterThan(0)
      for (const [n, { item, similarity }] of near.entries()) {
        expect([0, 4]).not.toContain(item)
        expect(Math.abs(similarity)).toBeLessThanOrEqual(1)
        expect(similarity).toBeLessThanOrEqual(near[n - 1]?.similarity ?? 1)
      }
      expect(await model.similar([0, 4], 3)).toEqual(near.slice(0, 3))
      expect(await model.similar([-1])).toEqual([])
    })

    test('indices outside the vocabulary are programming errors', async () => {
      await expect(model.scoreAll({ user: 61 })).rejects.toThrow(RangeError)
      await expect(model.predict({ user: Int32Array.of(0), item: Int32Array.of(31) })).rejects.toThrow(RangeError)
      await expect(model.recommend({ user: 0 }, { k: 0 })).rejects.toThrow(RangeError)
    })

    test('a saved and loaded model answers with the same bits', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'marquee-contract-'))
      try {
        writeContainer(join(folder, 'p.bin'), { kind: 'parameters', ...model.save() })
        const { values, tensors } = readContainer(join(folder, 'p.bin'), 'parameters', '')
        const loaded = await createModel(name, { ...model.hyperparameters })
        loaded.load({ values, tensors } as ModelState, { train })
        const users = Int32Array.from({ length: train.users.size }, (_, u) => u)
        expect(await loaded.scoreUsers(users)).toEqual(await model.scoreUsers(users))
        if (model.abilities.foldIn)
          expect(await loaded.scoreAll({ profile })).toEqual(await model.scoreAll({ profile }))
        if (model.abilities.similar) expect(await loaded.similar([1])).toEqual(await model.similar([1]))
        expect(loaded.save()).toEqual(model.save())
      } finally {
        rmSync(folder, { recursive: true })
      }
    })

    test('its .onnx files have names, contents and signatures', async () => {
      for (const file of await model.onnx()) {
        expect(file.name).toMatch(/^[\w-]+\.onnx$/)
        expect(file.bytes.length).toBeGreaterThan(20)
        expect(file.signature).not.toBe('')
      }
    })

    test('the same seed gives the same model on one thread, and the training data stay as they were', async () => {
      const rating = train.rating.slice()
      const again = await fitted()
      expect(again.save()).toEqual(model.save())
      expect(train.rating).toEqual(rating)
    })

    test('takes validation data', async () => {
      const parts = split(train, { kind: 'random', validation: 0.2 })
      const fresh = await createModel(name, { ...quick })
      const { epochs, bestEpoch } = await fresh.fit(parts.train, {
        items: featuresOf(parts.train),
        validation: parts.validation!,
        threads: 1,
      })
      for (const { validation } of epochs) expect(Number.isFinite(validation)).toBe(true)
      if (epochs.length > 0) {
        const least = Math.min(...epochs.map(({ validation }) => validation!))
        expect(epochs[bestEpoch! - 1]!.validation).toBe(least)
      }
      await expectFinite(fresh, { user: 0 }, train.items.size)
    })

    test('stops when asked to, and a resumed run gives the model of an uninterrupted one', async (context) => {
      if (report.epochs.length === 0) context.skip(`${name} is solved at once: there is nothing to interrupt`)
      const folder = mkdtempSync(join(tmpdir(), 'marquee-contract-'))
      try {
        const stop = new AbortController()
        const first = await createModel(name, { ...quick })
        const interrupted = first.fit(train, {
          items: featuresOf(train),
          seed: 1,
          threads: 1,
          signal: stop.signal,
          checkpoint: { directory: folder, resume: false },
          onProgress: ({ epoch = 1, done }) => {
            if (epoch >= 2 || done > 300) stop.abort()
          },
        })
        await expect(interrupted).rejects.toMatchObject({ code: 'interrupted' })
        const second = await createModel(name, { ...quick })
        await second.fit(train, {
          items: featuresOf(train),
          seed: 1,
          threads: 1,
          checkpoint: { directory: folder, resume: true },
        })
        expect(second.save()).toEqual(model.save())
      } finally {
        rmSync(folder, { recursive: true })
      }
    })

    test('a signal that is raised already stops it at once', async (context) => {
      if (report.epochs.length === 0) context.skip(`${name} is solved at once: there is nothing to interrupt`)
      const fresh = await createModel(name, { ...quick })
      await expect(
        fresh.fit(train, { items: featuresOf(train), threads: 1, signal: AbortSignal.abort() }),
      ).rejects.toMatchObject({
        code: 'interrupted',
      })
    })

    test.each<[string, [number, number, number][], number, number]>([
      ['a single rating', [[0, 0, 4]], 1, 1],
      ['one user', Array.from({ length: 8 }, (_, k) => [0, k, 1 + (k % 5)]), 1, 8],
      ['one item', Array.from({ length: 8 }, (_, k) => [k, 0, 1 + (k % 5)]), 8, 1],
      [
        'a user with one rating',
        [
          [0, 0, 5],
          [0, 1, 3],
          [0, 2, 1],
          [1, 1, 2],
        ],
        2,
        3,
      ],
      ['all ratings equal', Array.from({ length: 30 }, (_, k) => [k % 6, k % 5, 3]), 6, 5],
    ])('learns from %s', async (_, rows, users, items) => {
      const odd = await fitted(table(rows, users, items))
      await expectFinite(odd, { user: 0 }, items)
      await expectFinite(odd, { user: -1 }, items)
      if (odd.abilities.foldIn) await expectFinite(odd, { profile: [{ item: 0, rating: 5 }] }, items)
      const predicted = await odd.predict({ user: Int32Array.of(0), item: Int32Array.of(0) })
      expect(Number.isFinite(predicted[0])).toBe(true)
      expect(await odd.recommend({ user: 0 }, { k: 50 })).toHaveLength(
        items - new Set(rows.filter(([u]) => u === 0).map(([, i]) => i)).size,
      )
    })

    test('recovers the withheld movie of a checkerboard', async (context) => {
      if (typeof options.checkerboard === 'string') return context.skip(options.checkerboard)
      const board = checkerboard()
      const learned = await fitted(board.train, options.checkerboard)
      let found = 0
      for (let user = 0; user < 40; user++) {
        const [first] = await learned.recommend({ user }, { k: 1 })
        if (first!.item === user % 20) found++
      }
      expect(found).toBe(40)
    })

    test('stays at chance where there is nothing to learn, on both sides', async (context) => {
      if (typeof options.chance === 'string') return context.skip(options.chance)
      const { set = quick, atMost } = options.chance
      const parts = split(noise(150, 60, 30, 11), { kind: 'random', seed: 2 })
      const learned = await fitted(parts.train, set)
      const metrics = learned.abilities.ratings ? 'rmse,auc' : 'auc'
      const measured = (await evaluate(learned, parts, { metrics })).metrics
      expect(measured.auc).toBeGreaterThan(0.46)
      expect(measured.auc).toBeLessThan(0.54)
      if (!learned.abilities.ratings) return
      const deviation = deviationOf(parts.test)
      expect(measured.rmse! / deviation).toBeGreaterThan(0.97)
      expect(measured.rmse! / deviation).toBeLessThan(atMost)
    })
  })
}

function deviationOf({ rating }: Interactions): number {
  const mean = rating.reduce((sum, r) => sum + r, 0) / rating.length
  return Math.sqrt(rating.reduce((sum, r) => sum + (r - mean) ** 2, 0) / rating.length)
}
