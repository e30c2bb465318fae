import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Random } from '../../../src/core/random.ts'
import { unitRows } from '../../../src/models/cosine.ts'
import { mostMarginal, poolSize, rank } from '../../../src/server/service/recommend/rank.ts'
import type { ListSource } from '../../../src/server/service/recommend/source.ts'

/** A source of so many movies with random vectors in clusters; without a width they have genres alone. */
function sourceOf(size: number, width: number | null, random: Random): ListSource {
  const centres = new Float32Array(20 * (width ?? 1)).map(() => random.normal())
  const data = new Float32Array(size * (width ?? 1))
  for (let at = 0; at < data.length; at++) {
    const item = Math.floor(at / (width ?? 1))
    data[at] = centres[(item % 20) * (width ?? 1) + (at % (width ?? 1))]! + 0.7 * random.normal()
  }
  const names = ['Comedy', 'Drama', 'Action', 'Horror', 'Western']
  return {
    units: () => (width === null ? null : unitRows({ data, width })),
    items: { genres: Array.from({ length: size }, (_, n) => names.filter((_, g) => ((n * 7) >> g) & 1)) },
  } as unknown as ListSource
}

/** Maximal marginal relevance as it is written down: every candidate compared with every one that was chosen, each time. */
function plain(live: ListSource, scores: Float32Array, pool: number[], k: number, diversity: number): number[] {
  const units = live.units()
  const similarity = (a: number, b: number): number => {
    if (units) {
      let sum = 0
      for (let d = 0; d < units.width; d++) sum += units.data[a * units.width + d]! * units.data[b * units.width + d]!
      return sum
    }
    const [x, y] = [live.items.genres[a]!, live.items.genres[b]!]
    if (x.length === 0 || y.length === 0) return 0
    return x.filter((genre) => y.includes(genre)).length / Math.sqrt(x.length * y.length)
  }
  const highest = scores[pool[0]!]!
  const range = highest - scores[pool.at(-1)!]! || 1
  const relevance = (item: number): number => 1 - (highest - scores[item]!) / range
  const chosen = [pool[0]!]
  while (chosen.length < k) {
    let best = -1
    let most = Number.NEGATIVE_INFINITY
    for (const item of pool) {
      if (chosen.includes(item)) continue
      const nearest = Math.fround(Math.max(-1, ...chosen.map((one) => similarity(item, one))))
      const value = (1 - diversity) * relevance(item) - diversity * nearest
      if (value > most) [best, most] = [item, value]
    }
    chosen.push(best)
  }
  return chosen
}

describe('a diverse list', () => {
  test.each([
    [0.1, 16],
    [0.5, 16],
    [1, 16],
    [0.3, 7],
    [0.5, null],
    [1, null],
  ])('is the one of the plain definition: diversity %d, vectors of %s', async (diversity, width) => {
    const random = new Random(7)
    const live = sourceOf(400, width, random)
    // In steps, so that there are ties.
    const scores = new Float32Array(400).map(() => Math.round(random.normal() * 20) / 20)
    const allowed = new Uint8Array(400).map((_, n) => (n % 9 === 0 ? 0 : 1))
    const best = Array.from(scores.keys())
      .filter((item) => allowed[item] === 1)
      .sort((a, b) => scores[b]! - scores[a]! || a - b)
    for (const k of [1, 5, 25]) {
      const pool = best.slice(0, poolSize(k, width))
      const found = await rank(live, scores, allowed, { k, diversity, popularityPenalty: 0 })
      expect(Array.from(found)).toEqual(plain(live, scores, pool, k, diversity))
    }
  })

  test('is chosen from ten times as many, within bounds', () => {
    const sizes = [10, 50, 150, 500].map((k) => [64, 128, 1_000, null].map((width) => poolSize(k, width)))
    expect(sizes).toEqual([
      [100, 100, 100, 100],
      [500, 500, 262, 500],
      [1_500, 1_500, 300, 1_500],
      [2_000, 2_000, 1_000, 2_000],
    ])
  })

  test('fewer candidates than asked for: all of them', async () => {
    const live = sourceOf(6, 4, new Random(1))
    const scores = Float32Array.of(1, 2, 3, 4, 5, 6)
    const found = await rank(live, scores, new Uint8Array(6).fill(1), { k: 10, diversity: 0.5, popularityPenalty: 0 })
    expect(Array.from(found).sort()).toEqual([0, 1, 2, 3, 4, 5])
    expect(await rank(live, scores, new Uint8Array(6), { k: 10, diversity: 0.5, popularityPenalty: 0 })).toHaveLength(0)
  })

  test('compares a fraction of the pairs', async () => {
    const random = new Random(3)
    const units = sourceOf(2_000, 16, random).units()!
    const relevance = Float64Array.from({ length: 2_000 }, (_, n) => 1 - n / 2_000)
    let compared = 0
    const similarity = (a: number, b: number): number => {
      compared++
      let sum = 0
      for (let d = 0; d < 16; d++) sum += units.data[a * 16 + d]! * units.data[b * 16 + d]!
      return sum
    }
    await mostMarginal(relevance, similarity, 500, 0.5)
    expect(compared).toBeLessThan((2_000 * 500) / 4)
  })

  // The event loop stood still for most of a second, or several with long vectors. Told by a clock that goes on with the work, so many
  // milliseconds for each similarity: what is between two turns of others is counted in similarities, 300 being 15 ms, after which only
  // the choice that is being made is made. Of all pairs there are 1,000,000 and 500,000.
  test.each([
    [64, 0.2, 2_500, 150_000],
    [64, 1, 7_500, 330_000],
    [1_000, 0.2, 1_800, 140_000],
    [1_000, 1, 4_500, 215_000],
  ])('of 500 movies holds nobody up: vectors of %d, diversity %d', async (width, diversity, atOnce, inAll) => {
    const random = new Random(5)
    const live = sourceOf(3_000, width, random)
    const units = live.units()!
    const scores = new Float32Array(3_000).map(() => random.normal())
    const allowed = new Uint8Array(3_000).fill(1)
    expect(await rank(live, scores, allowed, { k: 500, diversity, popularityPenalty: 0 })).toHaveLength(500)

    const best = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!)
    const pool = best.slice(0, poolSize(500, width))
    const range = scores[pool[0]!]! - scores[pool.at(-1)!]!
    const relevance = Float64Array.from(pool, (item) => 1 - (scores[pool[0]!]! - scores[item]!) / range)
    let [now, compared] = [0, 0]
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
    onTestFinished(() => clock.mockRestore())
    const similarity = (a: number, b: number): number => {
      compared++
      now += 0.05
      let sum = 0
      for (let d = 0; d < width; d++) sum += units.data[pool[a]! * width + d]! * units.data[pool[b]! * width + d]!
      return sum
    }
    let over = false
    const choosing = mostMarginal(relevance, similarity, 500, diversity).finally(() => {
      over = true
    })
    let mostAtOnce = 0
    for (let before = 0; !over; ) {
      await new Promise(setImmediate)
      mostAtOnce = Math.max(mostAtOnce, compared - before)
      before = compared
    }
    expect(await choosing).toHaveLength(500)
    expect(mostAtOnce).toBeLessThan(atOnce)
    expect(compared).toBeLessThan(inAll)
  })
})
