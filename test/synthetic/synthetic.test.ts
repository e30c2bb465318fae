import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { countsByWeight } from '../../src/data/synthetic/activity.ts'
import { expectedRating } from '../../src/data/synthetic/floor.ts'
import { type SyntheticOptions, signalFunction, synthesise, writeSynthetic } from '../../src/data/synthetic/index.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

const folder = mkdtempSync(join(tmpdir(), 'marquee-synthetic-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sd = (values: ArrayLike<number>) => {
  const list = Array.from(values)
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length
  return Math.sqrt(list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length)
}

/** RMSE of a function of the noise-free signal against the ratings. */
function rmseOf(data: ReturnType<typeof synthesise>, predict: (signal: number) => number): number {
  const { interactions, truth, manifest } = data
  const signal = signalFunction(truth, manifest.parameters.factors, manifest.parameters.mean)
  let sum = 0
  for (let row = 0; row < interactions.count; row++) {
    sum += (interactions.rating[row]! - predict(signal(interactions.user[row]!, interactions.item[row]!))) ** 2
  }
  return Math.sqrt(sum / interactions.count)
}

describe('what is made', () => {
  const options = fc
    .record({
      users: fc.integer({ min: 1, max: 30 }),
      items: fc.integer({ min: 1, max: 30 }),
      fill: fc.double({ min: 0, max: 1, noNaN: true }),
      factors: fc.nat(5),
      skew: fc.double({ min: 0, max: 2, noNaN: true }),
      userSkew: fc.double({ min: 0, max: 2, noNaN: true }),
      seed: fc.integer(),
    })
    .map(({ fill, ...rest }): SyntheticOptions => {
      const ratings = rest.users + Math.floor(fill * rest.users * (rest.items - 1))
      return { ...rest, ratings }
    })

  it('has exactly the ratings asked for, no pair twice, every user, times ascending, the same for the same seed', () => {
    fc.assert(
      fc.property(options, (given) => {
        const { interactions } = synthesise(given)
        expect(interactions.count).toBe(given.ratings)
        const pairs = new Set(Array.from(interactions.user, (u, n) => u * given.items + interactions.item[n]!))
        expect(pairs.size).toBe(given.ratings)
        expect(new Set(interactions.user).size).toBe(given.users)
        for (let n = 1; n < interactions.count; n++) {
          if (interactions.user[n] !== interactions.user[n - 1]) continue
          expect(interactions.timestamp![n]).toBeGreaterThan(interactions.timestamp![n - 1]!)
        }
        for (const rating of interactions.rating) {
          expect(rating).toBeGreaterThanOrEqual(interactions.scale.min)
          expect(rating).toBeLessThanOrEqual(interactions.scale.max)
        }
        const again = synthesise(given).interactions
        expect([again.item, again.rating, again.timestamp]).toEqual([
          interactions.item,
          interactions.rating,
          interactions.timestamp,
        ])
      }),
      { numRuns: 60 },
    )
  })

  it('the noise is the floor, and the parts of the signal have the deviations asked for', () => {
    const data = synthesise({
      users: 2000,
      items: 1000,
      ratings: 200_000,
      noise: 0.7,
      tasteSd: 0.5,
      userSd: 0.2,
      itemSd: 0.4,
    })
    const { floor } = data.manifest
    expect(floor.rmse).toBeGreaterThan(0.7 * 0.993)
    expect(floor.rmse).toBeLessThan(0.7 * 1.007)
    expect(floor.rmse).toBe(floor.signalRmse)
    expect(rmseOf(data, (signal) => signal)).toBeCloseTo(floor.rmse, 6)
    expect(sd(data.truth.userBias)).toBeCloseTo(0.2, 1)
    expect(sd(data.truth.itemBias)).toBeCloseTo(0.4, 1)
    const taste = signalFunction(
      { ...data.truth, userBias: new Float32Array(2000), itemBias: new Float32Array(1000) },
      4,
      0,
    )
    expect(sd(Array.from({ length: 100_000 }, (_, n) => taste(n % 2000, (n * 7) % 1000)))).toBeCloseTo(0.5, 1)
    // The whole: sqrt(0.2^2 + 0.4^2 + 0.5^2 + 0.7^2).
    expect(sd(data.interactions.rating)).toBeCloseTo(Math.sqrt(0.94), 1)
  })

  it('on a scale the floor says what clipping and rounding cost, and no other function of the signal gets below it', () => {
    const scale = { min: 1, max: 5, step: 1 }
    const data = synthesise({ users: 500, items: 700, ratings: 240_000, noise: 0.6, mean: 4.2, scale })
    const { floor } = data.manifest
    expect([...new Set(data.interactions.rating)].sort()).toEqual([1, 2, 3, 4, 5])
    expect(data.interactions.scale).toEqual(scale)
    expect(floor.clipped).toBeGreaterThan(0.1)
    expect(floor.signalRmse).toBeCloseTo(
      rmseOf(data, (signal) => signal),
      6,
    )
    expect(floor.rmse).toBeLessThan(floor.signalRmse - 0.02)
    // Deviation around the mean rating of narrow bins of the signal: the same floor, found without the formula.
    const bins = new Map<number, number[]>()
    const signal = signalFunction(data.truth, 4, 4.2)
    data.interactions.rating.forEach((rating, n) => {
      const bin = Math.floor(signal(data.interactions.user[n]!, data.interactions.item[n]!) / 0.02)
      const own = bins.get(bin)
      if (own) own.push(rating)
      else bins.set(bin, [rating])
    })
    const within = [...bins.values()].reduce((sum, own) => sum + sd(own) ** 2 * own.length, 0)
    expect(Math.abs(floor.rmse - Math.sqrt(within / 240_000))).toBeLessThan(0.002)
  })

  it('the expected rating agrees with scipy.stats.norm: sums over levels, and the mean of a clipped normal', () => {
    const step = expectedRating({ min: 1, max: 5, step: 1 }, 0.6, 0, 7)
    const clip = expectedRating({ min: 1, max: 5, step: null }, 0.6, 0, 7)
    const signals = [4.2, 1.3, 3, 6]
    const levels = [4.184558370346785, 1.3923143867329415, 3, 4.993774877660766]
    const clipped = [4.174562936071505, 1.4186779344084406, 3, 4.988104068997165]
    for (const [n, signal] of signals.entries()) {
      expect(step(signal)).toBeCloseTo(levels[n]!, 2)
      expect(clip(signal)).toBeCloseTo(clipped[n]!, 3)
    }
    expect(expectedRating(null, 0.6, 0, 7)(4.2)).toBe(4.2)
  })

  it('popularity follows the skew, and so does activity', () => {
    const counts = (column: Int32Array, size: number) => {
      const out = new Int32Array(size)
      for (const index of column) out[index]!++
      return out.sort().reverse()
    }
    const flat = synthesise({ users: 3000, items: 500, ratings: 60_000, skew: 0 })
    const steep = synthesise({ users: 3000, items: 500, ratings: 60_000, skew: 1, userSkew: 0.7 })
    // Even: 120 an item, Poisson. Zipf by 1 over 500: the first has 1 / 6.79 of the draws before repeats are refused.
    expect(counts(flat.interactions.item, 500)[0]).toBeLessThan(120 + 5 * 11)
    const byItem = counts(steep.interactions.item, 500)
    expect(byItem[0]).toBeGreaterThan(2000)
    expect(byItem[0]! / byItem[99]!).toBeGreaterThan(15)
    expect(counts(flat.interactions.user, 3000)[0]).toBe(20)
    expect(counts(steep.interactions.user, 3000)[0]).toBe(500)
    expect(counts(steep.interactions.user, 3000)[2999]).toBeGreaterThanOrEqual(1)
  })

  it('the order in time says nothing: item indices go up as often as down', () => {
    const { item, user } = synthesise({ users: 100, items: 1000, ratings: 20_000, skew: 0 }).interactions
    let up = 0
    let steps = 0
    for (let n = 1; n < item.length; n++) {
      if (user[n] !== user[n - 1]) continue
      steps++
      if (item[n]! > item[n - 1]!) up++
    }
    expect(up / steps).toBeCloseTo(0.5, 1)
  })

  it('without factors, noise or times', () => {
    const { interactions, manifest } = synthesise({
      users: 9,
      items: 5,
      ratings: 45,
      factors: 0,
      noise: 0,
      timestamps: false,
    })
    expect(interactions.timestamp).toBeNull()
    // Ratings are rounded to four decimals.
    expect(manifest.floor.rmse).toBeLessThan(0.0001)
  })

  it('no number of ratings escapes the caps', () => {
    const weights = Float64Array.of(100, 1, 1, 1)
    expect([...countsByWeight(weights, 40, 10, new Random(1))]).toEqual([10, 10, 10, 10])
    expect([...countsByWeight(weights, 4, 10, new Random(1))]).toEqual([1, 1, 1, 1])
    const some = countsByWeight(weights, 16, 10, new Random(1))
    expect(some[0]).toBe(10)
    expect(some.reduce((sum, count) => sum + count, 0)).toBe(16)
  })
})

describe('mistakes', () => {
  const good = { users: 10, items: 10, ratings: 50 }
  it.each([
    [{ ...good, ratings: 101 }, /10 users can rate 10 items 100 times, not 101/],
    [{ ...good, ratings: 9 }, /9 ratings are not enough/],
    [{ ...good, users: 0 }, /users 0/],
    [{ ...good, items: 2.5 }, /items 2.5/],
    [{ ...good, noise: -1 }, /noise -1/],
    [{ ...good, skew: Number.NaN }, /skew NaN/],
    [{ ...good, factors: -2 }, /factors -2/],
    [{ ...good, scale: { min: 5, max: 1, step: 1 } }, /scale 5 to 1/],
  ])('%o', (options, message) => {
    expect(() => synthesise(options)).toThrow(expect.objectContaining({ code: 'bad-synthetic' }))
    expect(() => synthesise(options)).toThrow(message)
  })
})

describe('written', () => {
  it('files hold exactly what is in memory', () => {
    const data = synthesise({ users: 50, items: 40, ratings: 700, seed: 9 })
    const out = join(folder, 'set')
    writeSynthetic(data, out)
    expect(readdirSync(out).sort()).toEqual(['manifest.json', 'movies.csv', 'ratings.csv'])
    const lines = readFileSync(join(out, 'ratings.csv'), 'utf8').trim().split('\n')
    expect(lines[0]).toBe('userId,movieId,rating,timestamp')
    const rows = lines.slice(1).map((line) => line.split(',').map(Number))
    const { user, item, rating, timestamp } = data.interactions
    expect(rows.map((row) => row[0]! - 1)).toEqual([...user])
    expect(rows.map((row) => row[1]! - 1)).toEqual([...item])
    expect(rows.map((row) => Math.fround(row[2]!))).toEqual([...rating])
    expect(rows.map((row) => row[3])).toEqual([...timestamp!])
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
    expect(manifest).toEqual(data.manifest)
    expect(manifest.parameters).toMatchObject({ seed: 9, users: 50, noise: 0.5 })
    const movies = readFileSync(join(out, 'movies.csv'), 'utf8').trim().split('\n')
    expect(movies).toHaveLength(41)
    expect(movies[1]).toMatch(/^1,The \w+ \w+ \(\d{4}\),/)
    expect(new Set(data.items.titles).size).toBe(40)
  })

  it('says where it cannot write', () => {
    const blocked = join(folder, 'file')
    writeFileSync(blocked, '')
    const data = synthesise({ users: 2, items: 2, ratings: 2 })
    expect(() => writeSynthetic(data, blocked)).toThrow(expect.objectContaining({ code: 'cannot-write' }))
  })
})
