import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createModel, listModels } from '../../src/catalogue/create.ts'
import { MarqueeError } from '../../src/core/errors.ts'
import { type Dataset, loadDataset } from '../../src/data/index.ts'
import { Interactions } from '../../src/data/interactions.ts'
import { type SplitSpec, split } from '../../src/data/splits/index.ts'
import {
  checkSpace,
  createSampler,
  Halving,
  type Observation,
  parallelCoordinates,
  readSpace,
  type SamplerName,
  type SearchOptions,
  type SearchSpace,
  search,
  searchData,
  type Trial,
} from '../../src/experiments/tune/index.ts'
import { decode, encode } from '../../src/experiments/tune/space.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

const spaces = fileURLToPath(new URL('../../recipes/spaces/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'marquee-tune-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function errorOf(action: () => unknown): MarqueeError {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(MarqueeError)
    return error as MarqueeError
  }
  throw new Error('nothing was thrown')
}

describe('committed spaces', () => {
  listModels()
  const searchable = listModels().filter(({ hyperparameters }) => Object.keys(hyperparameters.shape).length > 0)

  test('there are models to check', () => {
    expect(searchable.length).toBeGreaterThan(15)
  })

  test.each(searchable.map(({ name }) => name))('%s has one, and every draw from it makes a model', async (name) => {
    const space = readSpace(join(spaces, `${name}.json`), name)
    const propose = createSampler('random', space, 1)
    for (let n = 0; n < 25; n++) {
      const settings = propose(n, [])
      expect((await createModel(name, { ...settings })).hyperparameters).toMatchObject(settings)
    }
  })
})

describe('spaces', () => {
  const cases: [what: string, space: unknown, said: string][] = [
    ['no object', [], 'a search space is an object'],
    ['empty', {}, 'names no hyper-parameter'],
    ['unknown name', { factor: { type: 'int', low: 1, high: 2 } }, 'embedding-dot has no hyper-parameter "factor"'],
    ['unknown type', { factors: { type: 'integer', low: 1, high: 2 } }, 'factors.type'],
    ['missing end', { factors: { type: 'int', low: 1 } }, 'factors.high'],
    ['unknown key', { factors: { type: 'int', low: 1, high: 2, step: 1 } }, 'factors'],
    ['wrong order', { l2: { type: 'float', low: 1, high: 0.5 } }, 'l2: low 1 is not below high 0.5'],
    ['log of nothing', { l2: { type: 'float', low: 0, high: 0.5, log: true } }, 'starts above 0, not at 0'],
    ['no whole number', { factors: { type: 'int', low: 1.5, high: 3 } }, '1.5 to 3 are not whole numbers'],
    ['out of range', { l2: { type: 'float', low: -1, high: 0.5 } }, 'l2 = -1: embedding-dot does not take it'],
    ['unknown choice', { output: { type: 'choice', values: ['sigmoid', 'relu'] } }, 'output = "relu"'],
    ['bool of a number', { factors: { type: 'bool' } }, 'factors = true'],
  ]
  test.each(cases)('%s: one clear error', (_, space, said) => {
    const { code, message } = errorOf(() => checkSpace(space, 'embedding-dot', 'my.json'))
    expect(code).toBe('bad-space')
    expect(message).toContain('my.json: ')
    expect(message).toContain(said)
  })

  test('a file that is no JSON or not there', () => {
    writeFileSync(join(folder, 'broken.json'), '{')
    expect(errorOf(() => readSpace(join(folder, 'broken.json'), 'bias')).code).toBe('cannot-read')
    expect(errorOf(() => readSpace(join(folder, 'none.json'), 'bias')).code).toBe('cannot-read')
  })

  test('decoding stays inside and encoding goes back', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (at, log) => {
        const float = { type: 'float' as const, low: 0.001, high: 7, log }
        const value = decode(float, at) as number
        expect(value).toBeGreaterThanOrEqual(0.001)
        expect(value).toBeLessThanOrEqual(7)
        expect(encode(float, value)).toBeCloseTo(at, 4)
        const int = { type: 'int' as const, low: 2, high: 90, log }
        const whole = decode(int, at) as number
        expect(Number.isInteger(whole) && whole >= 2 && whole <= 90).toBe(true)
        expect(decode(int, encode(int, whole))).toBe(whole)
      }),
    )
    const int = { type: 'int' as const, low: 1, high: 4 }
    expect([0, 0.24, 0.26, 0.74, 0.76, 1].map((at) => decode(int, at))).toEqual([1, 1, 2, 3, 4, 4])
    const lists = { type: 'choice' as const, values: [[1, 2], [3], null] }
    expect(encode(lists, [3])).toBe(1)
    expect(decode(lists, 2)).toBe(null)
  })
})

describe('samplers', () => {
  /** Least 0 at learningRate 0.003, l2 0.02 and two categories; a wrong category costs. */
  const space: SearchSpace = {
    rate: { type: 'float', low: 1e-5, high: 1, log: true },
    l2: { type: 'float', low: 1e-4, high: 1, log: true },
    width: { type: 'int', low: 1, high: 200 },
    kind: { type: 'choice', values: ['a', 'b', 'c', 'd'] },
    flag: { type: 'bool' },
  }
  function objective({ rate, l2, width, kind, flag }: Record<string, unknown>): number {
    const away = (Math.log10(rate as number) + 2.5) ** 2 + 0.5 * (Math.log10(l2 as number) + 1.7) ** 2
    return away + (((width as number) - 60) / 100) ** 2 + (kind === 'c' ? 0 : 1) + (flag ? 0 : 0.5)
  }
  function bestOf(name: SamplerName, seed: number, trials = 60): number {
    const propose = createSampler(name, space, seed)
    const history: Observation[] = []
    for (let n = 0; n < trials; n++) {
      const settings = propose(n, history)
      history.push({ settings, value: objective(settings), budget: Number.POSITIVE_INFINITY })
    }
    return Math.min(...history.map(({ value }) => value!))
  }

  test('the Parzen estimator beats random search on a known function, on average over 20 seeds', () => {
    const seeds = Array.from({ length: 20 }, (_, n) => n + 1)
    const random = seeds.map((seed) => bestOf('random', seed))
    const tpe = seeds.map((seed) => bestOf('tpe', seed))
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(tpe)).toBeLessThan(0.5 * mean(random))
    expect(seeds.filter((_, n) => tpe[n]! < random[n]!).length).toBeGreaterThanOrEqual(15)
  })

  test('a proposal depends on the seed, the number and the history alone', () => {
    const history: Observation[] = Array.from({ length: 20 }, (_, n) => {
      const settings = createSampler('random', space, 5)(n, [])
      return { settings, value: objective(settings), budget: Number.POSITIVE_INFINITY }
    })
    for (const name of ['random', 'tpe'] as const) {
      const first = createSampler(name, space, 1)
      expect(first(25, history)).toEqual(createSampler(name, space, 1)(25, history))
      expect(first(26, history)).not.toEqual(first(25, history))
      expect(createSampler(name, space, 2)(25, history)).not.toEqual(first(25, history))
    }
    expect(createSampler('random', space, 1)(25, [])).toEqual(createSampler('random', space, 1)(25, history))
    expect(createSampler('tpe', space, 1)(25, [])).not.toEqual(createSampler('tpe', space, 1)(25, history))
  })

  test('random draws fill the space evenly', () => {
    const propose = createSampler('random', space, 9)
    const draws = Array.from({ length: 4000 }, (_, n) => propose(n, []))
    const share = (is: (settings: Record<string, unknown>) => boolean): number => draws.filter(is).length / 4000
    expect(share(({ kind }) => kind === 'a')).toBeCloseTo(0.25, 1)
    expect(share(({ flag }) => flag === true)).toBeCloseTo(0.5, 1)
    expect(share(({ width }) => (width as number) <= 50)).toBeCloseTo(0.25, 1)
    expect(share(({ rate }) => (rate as number) < 10 ** -2.5)).toBeCloseTo(0.5, 1)
  })

  test('failed trials are passed over and stopped ones count less than finished ones', () => {
    const far = { rate: 0.5, l2: 0.5, width: 200, kind: 'd', flag: false }
    const near = { rate: 0.003, l2: 0.02, width: 60, kind: 'c', flag: true }
    const finished = { settings: near, value: 2, budget: Number.POSITIVE_INFINITY }
    const history: Observation[] = Array.from({ length: 30 }, (_, n) =>
      n < 3 ? finished : n < 20 ? { settings: far, value: 1, budget: 2 } : { settings: far, value: null, budget: 0 },
    )
    const kinds = Array.from({ length: 40 }, (_, n) => createSampler('tpe', space, n)(30, history).kind)
    expect(kinds.filter((kind) => kind === 'c').length).toBeGreaterThan(25)
  })
})

describe('halving', () => {
  test('by hand: rungs at 2, 6, 18; the best third go on', () => {
    const halving = new Halving()
    expect([1, 2, 3, 6, 12, 18, 54].filter((epoch) => halving.isRung(epoch))).toEqual([2, 6, 18, 54])
    // The first two cannot be judged; 0.9 is the best of three; 0.95 is second of four, and one place is left.
    expect([1, 1.2, 0.9, 0.95, 0.8, 0.85].map((best) => halving.report(2, best))).toEqual([
      true,
      true,
      true,
      false,
      true,
      true,
    ])
    expect(halving.report(3, 99)).toBe(true)
    expect(halving.report(6, 99)).toBe(true)
  })

  test('replaying earlier trials gives the same answers as having seen them', () => {
    const courses = [
      [3, 1, 2],
      [3, 2, 2],
      [4, 3, 1],
    ]
    const live = new Halving()
    for (const course of courses) live.report(2, Math.min(course[0]!, course[1]!))
    const replayed = new Halving()
    for (const course of courses) replayed.replay(course)
    for (const best of [0.5, 1.5, 2.5]) expect(replayed.report(2, best)).toBe(live.report(2, best))
  })

  test('nonsense is a RangeError', () => {
    expect(() => new Halving({ firstEpoch: 0 })).toThrow(RangeError)
    expect(() => new Halving({ factor: 1 })).toThrow(RangeError)
  })
})

// Searches of a dozen fits, some of them twice: a minute and more on a busy machine.
describe('search', { timeout: 900_000 }, () => {
  let dataset: Dataset
  const spec: SplitSpec = { kind: 'random', validation: 0.1, seed: 1 }
  const space: SearchSpace = {
    factors: { type: 'int', low: 2, high: 16 },
    learningRate: { type: 'float', low: 1e-4, high: 0.1, log: true },
    l2: { type: 'float', low: 0.001, high: 1, log: true },
  }
  const options: SearchOptions = { model: 'embedding-dot', space, fixed: { epochs: 6 }, trials: 12 }
  const comparable = (trials: readonly Trial[]) => trials.map(({ seconds: _, ...trial }) => trial)

  beforeAll(async () => {
    dataset = await loadDataset('ml-latest-small', { minPerItem: 60 })
  })
  const data = () => searchData(dataset.interactions, dataset.items, spec)

  test('finds the best on validation, stops bad trials, and is repeatable', async () => {
    const result = await search(data(), options)
    expect(result.trials.map(({ trial }) => trial)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1))
    const finished = result.trials.filter(({ status }) => status === 'finished')
    expect(result.ranked[0]!.value).toBe(Math.min(...finished.map(({ value }) => value!)))
    const stopped = result.trials.filter(({ status }) => status === 'stopped')
    expect(stopped.length).toBeGreaterThan(2)
    for (const { validations, value } of stopped) {
      expect([2, 6]).toContain(validations.length)
      expect(value).toBe(null)
    }
    expect(comparable((await search(data(), options)).trials)).toEqual(comparable(result.trials))
    const whole = await search(data(), { ...options, halving: null, trials: 4 })
    expect(whole.trials.every(({ status }) => status === 'finished')).toBe(true)
  })

  test('whatever the test ratings are, the search is the same', async () => {
    const { interactions } = dataset
    const { test: held } = split(interactions, spec)
    const heldPairs = new Set(Array.from(held.user, (user, n) => `${user} ${held.item[n]}`))
    const rating = interactions.rating.map((value, row) =>
      heldPairs.has(`${interactions.user[row]} ${interactions.item[row]}`) ? 0.5 : value,
    )
    const spoilt = new Interactions({ ...interactions, users: interactions.users, items: interactions.items, rating })
    const few = { ...options, trials: 3 }
    const there = searchData(spoilt, dataset.items, spec)
    expect(comparable((await search(there, few)).trials)).toEqual(comparable((await search(data(), few)).trials))
    const seen = new Set<string>()
    for (const part of [there.train, there.validation]) {
      part.user.forEach((user, n) => {
        seen.add(`${user} ${part.item[n]}`)
      })
    }
    expect(seen.size).toBe(interactions.count - held.count)
    expect([...heldPairs].some((pair) => seen.has(pair))).toBe(false)
  })

  test('interrupted and resumed, also with a torn last line, it ends as if it had not been', async () => {
    const path = join(folder, 'resumed', 'trials.jsonl')
    const about = { dataset: dataset.name, fingerprint: dataset.fingerprint, split: spec }
    const stop = new AbortController()
    let done = 0
    const onTrial = (): void => {
      if (++done === 5) stop.abort()
    }
    const first = search(data(), { ...options, log: { path, resume: false, about }, onTrial, signal: stop.signal })
    await expect(first).rejects.toThrow('after 5 of 12 trials')
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"trial": 6, "sett`)
    await expect(search(data(), { ...options, log: { path, resume: false, about } })).rejects.toThrow('--resume')
    const resumed = await search(data(), { ...options, log: { path, resume: true, about } })
    const whole = await search(data(), options)
    expect(comparable(resumed.trials)).toEqual(comparable(whole.trials))
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    expect(lines.length).toBe(13)
    expect(lines.slice(1).map((line) => (JSON.parse(line) as Trial).trial)).toEqual(whole.trials.map((t) => t.trial))
    const other = search(data(), { ...options, seed: 2, log: { path, resume: true, about } })
    await expect(other).rejects.toThrow('its seed is 1, not 2')
  })

  test('trials in threads are the same trials', async () => {
    const random = { ...options, sampler: 'random' as const, halving: null, trials: 4 }
    const alone = await search(data(), random)
    const together = await search(data(), { ...random, parallel: 2 })
    expect(comparable(together.trials)).toEqual(comparable(alone.trials))
    const halved = await search(data(), { ...options, trials: 10, parallel: 2 })
    expect(halved.trials.some(({ status }) => status === 'stopped')).toBe(true)
    expect(halved.trials.length).toBe(10)
  })

  test('threads are ended by the signal', async () => {
    const stop = new AbortController()
    // Seed 7 draws 1 epoch for the first trial and 100,000 for the second: the first to end leaves the other in the middle.
    const running = search(data(), {
      model: 'embedding-dot',
      space: { epochs: { type: 'choice', values: [1, 100_000] } },
      fixed: { patience: 100_000 },
      sampler: 'random',
      seed: 7,
      trials: 12,
      halving: null,
      parallel: 2,
      signal: stop.signal,
      onTrial: () => stop.abort(),
    })
    await expect(running).rejects.toMatchObject({
      code: 'interrupted',
      message: expect.stringContaining('after 1 of 12 trials'),
    })
  })

  test('a ranking metric is to be high; solved models and others than accuracies', async () => {
    const lambda: SearchSpace = { lambda: { type: 'float', low: 1, high: 5000, log: true } }
    const result = await search(data(), { model: 'ease', space: lambda, trials: 4, metric: 'ndcg' })
    expect(result).toMatchObject({ metric: 'ndcg@10', higherIsBetter: true })
    expect(result.ranked[0]!.value).toBe(Math.max(...result.trials.map(({ value }) => value!)))
    expect(result.ranked[0]).toMatchObject({ validations: [], bestEpoch: null })
    await expect(search(data(), { ...options, metric: 'gini' })).rejects.toMatchObject({ code: 'bad-metric' })
    const none = search(data(), { model: 'ease', space: lambda, trials: 2, metric: 'rmse' })
    await expect(none).rejects.toThrow('no trial of ease finished: ease gives no rmse')
  })

  test('the plot holds every finished trial and every dimension, and loads nothing', async () => {
    const result = await search(data(), { ...options, trials: 6 })
    const page = parallelCoordinates(result, space, 'a <b> & c')
    expect(page.match(/<polyline/g)!.length).toBe(result.ranked.length)
    for (const name of [...Object.keys(space), result.ranked[0]!.value!.toFixed(4)]) expect(page).toContain(name)
    expect(page).toContain('a &#60;b&#62; &#38; c')
    expect(page).not.toMatch(/https?:\/\/|src=|NaN|undefined/)
    expect(existsSync(join(folder, 'nothing'))).toBe(false)
  })
})
