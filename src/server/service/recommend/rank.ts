import { topK } from '../../../models/top-k.ts'
import type { ListSource } from './source.ts'

export interface RankOptions {
  readonly k: number
  readonly diversity: number
  readonly popularityPenalty: number
}

/** Movies that a diverse list is chosen from: so many times k, but no more than can be compared in some tens of milliseconds. */
const poolFactor = 10
const leastPool = 100
const mostPool = 2_000
/** Numbers in the vectors of a pool: of those longer than 131 there are fewer in it. */
const mostNumbers = 2 ** 18
/** So many times k in any case; k is at most 500. */
const leastFactor = 2

/** Milliseconds without a break. */
const longest = 15
/** Several timers may come due before requests are looked at: only after an immediate have they had their turn. Browsers have none. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve)
  })

/** How many of the best a diverse list of k is chosen from, by vectors of a width; null: by genres. */
export function poolSize(k: number, width: number | null): number {
  const affordable = Math.min(mostPool, Math.floor(mostNumbers / (width ?? 1)))
  return Math.max(leastPool, leastFactor * k, Math.min(poolFactor * k, affordable))
}

/**
 * The best k of the allowed, best first. `scores` as the model gives them; with
 *
 *   value(i) = z(score(i)) - penalty z(log(1 + ratings(i))),
 *
 * z being the deviation from the mean of the allowed items in their standard deviations: at a penalty of 1 popularity counts as
 * much against a movie as its score counts for it. Diversity d re-ranks the best of them (see poolSize) by maximal marginal relevance
 * (Carbonell and Goldstein 1998): one after the other the item with the largest
 *
 *   (1 - d) relevance(i) - d max over those before it of similarity(i, j),
 *
 * relevance being the value brought to [0, 1] over those, similarity the cosine of the model's vectors (of genres where it
 * has none). At 0 of both, the order is that of the scores. What takes longer than others should wait (long vectors, a long list)
 * is done with breaks, in which they are answered.
 */
export async function rank(
  live: ListSource,
  scores: Float32Array,
  allowed: Uint8Array,
  options: RankOptions,
): Promise<Int32Array> {
  const { k, diversity, popularityPenalty } = options
  const values = popularityPenalty > 0 ? penalised(scores, live.logCounts, allowed, popularityPenalty) : scores
  const pass = (item: number): boolean => allowed[item] === 1
  if (diversity === 0) return topK(values, k, pass)
  const pool = poolSize(k, live.units()?.width ?? null)
  return diverse(live, values, topK(values, pool, pass), k, diversity)
}

function penalised(scores: Float32Array, popularity: Float32Array, allowed: Uint8Array, penalty: number): Float32Array {
  const score = standard(scores, allowed)
  const popular = standard(popularity, allowed)
  const values = new Float32Array(scores.length)
  for (let item = 0; item < values.length; item++) {
    const own = (scores[item]! - score.mean) / score.deviation
    values[item] = own - (penalty * (popularity[item]! - popular.mean)) / popular.deviation
  }
  return values
}

function standard(values: Float32Array, allowed: Uint8Array): { mean: number; deviation: number } {
  let n = 0
  let sum = 0
  let squares = 0
  for (let item = 0; item < values.length; item++) {
    if (allowed[item] === 0) continue
    n++
    sum += values[item]!
    squares += values[item]! * values[item]!
  }
  const mean = n === 0 ? 0 : sum / n
  const variance = n === 0 ? 0 : squares / n - mean ** 2
  return { mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 }
}

async function diverse(
  live: ListSource,
  values: Float32Array,
  pool: Int32Array,
  k: number,
  diversity: number,
): Promise<Int32Array> {
  const highest = values[pool[0]!] ?? 0
  const range = highest - (values[pool.at(-1)!] ?? 0) || 1
  const relevance = Float64Array.from(pool, (item) => 1 - (highest - values[item]!) / range)
  const places = await mostMarginal(relevance, similarityIn(live, pool), Math.min(k, pool.length), diversity)
  return places.map((place) => pool[place]!)
}

/**
 * Places of a pool by maximal marginal relevance, the first by relevance alone; of equals the lower place. What a candidate is
 * worth only falls as others are chosen, so each keeps the worth it had when it was last looked at as a bound, and is compared with
 * those chosen since only when that bound is the highest of all: the same choices as by comparing all with each choice, for a
 * fraction of the similarities.
 */
export async function mostMarginal(
  relevance: Float64Array,
  similarity: (a: number, b: number) => number,
  k: number,
  diversity: number,
): Promise<Int32Array> {
  const size = relevance.length
  const chosen = new Int32Array(Math.min(k, size))
  if (size === 0) return chosen
  const nearest = new Float32Array(size).fill(-1)
  /** How many of the chosen `nearest` takes in. */
  const upTo = new Int32Array(size)
  const bound = Float64Array.from(relevance, (own) => (1 - diversity) * own + diversity)
  let first = 0
  for (let p = 1; p < size; p++) if (relevance[p]! > relevance[first]!) first = p
  chosen[0] = first
  const heap = new Heap(bound, first)
  let began = performance.now()
  for (let count = 1; count < chosen.length; count++) {
    if (performance.now() - began > longest) {
      await turn()
      began = performance.now()
    }
    for (;;) {
      const top = heap.top
      let n = upTo[top]!
      if (n === count) break
      // Until it has been compared with all, or is no longer the highest.
      const rival = heap.second
      while (n < count && bound[top]! >= rival) {
        const alike = similarity(top, chosen[n++]!)
        if (alike <= nearest[top]!) continue
        nearest[top] = alike
        bound[top] = (1 - diversity) * relevance[top]! - diversity * nearest[top]!
      }
      upTo[top] = n
      heap.settleTop()
    }
    chosen[count] = heap.take()
  }
  return chosen
}

/** Places 0 to n - 1 but one, the highest bound on top, of equal bounds the lowest place. */
class Heap {
  private readonly bound: Float64Array
  private readonly places: Int32Array
  private size: number

  constructor(bound: Float64Array, without: number) {
    this.bound = bound
    this.size = bound.length - 1
    this.places = Int32Array.from({ length: this.size }, (_, n) => (n < without ? n : n + 1))
    for (let at = (this.size >> 1) - 1; at >= 0; at--) this.down(at)
  }

  get top(): number {
    return this.places[0]!
  }

  /** The highest bound beneath the top. */
  get second(): number {
    let highest = Number.NEGATIVE_INFINITY
    for (let at = 1; at < Math.min(3, this.size); at++) highest = Math.max(highest, this.bound[this.places[at]!]!)
    return highest
  }

  /** The bound of the top has fallen. */
  settleTop(): void {
    this.down(0)
  }

  take(): number {
    const top = this.places[0]!
    this.size--
    this.places[0] = this.places[this.size]!
    this.down(0)
    return top
  }

  private down(from: number): void {
    const { places, size } = this
    const own = places[from]!
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.before(places[child + 1]!, places[child]!)) child++
      if (!this.before(places[child]!, own)) break
      places[at] = places[child]!
      at = child
    }
    places[at] = own
  }

  private before(a: number, b: number): boolean {
    const difference = this.bound[a]! - this.bound[b]!
    return difference > 0 || (difference === 0 && a < b)
  }
}

/** Similarity of two places of the pool. */
function similarityIn(live: ListSource, pool: Int32Array): (a: number, b: number) => number {
  const units = live.units()
  if (units) {
    const { width } = units
    const data = new Float32Array(pool.length * width)
    pool.forEach((item, place) => {
      data.set(units.data.subarray(item * width, (item + 1) * width), place * width)
    })
    return (a, b) => dot(data, a * width, b * width, width)
  }
  const sets = Array.from(pool, (item) => new Set(live.items.genres[item]))
  return (a, b) => {
    const [x, y] = [sets[a]!, sets[b]!]
    if (x.size === 0 || y.size === 0) return 0
    let shared = 0
    for (const genre of x) if (y.has(genre)) shared++
    return shared / Math.sqrt(x.size * y.size)
  }
}

/** In four sums, which do not wait for each other. */
function dot(data: Float32Array, a: number, b: number, width: number): number {
  const whole = width & ~3
  let [s, t, u, v] = [0, 0, 0, 0]
  for (let d = 0; d < whole; d += 4) {
    s += data[a + d]! * data[b + d]!
    t += data[a + d + 1]! * data[b + d + 1]!
    u += data[a + d + 2]! * data[b + d + 2]!
    v += data[a + d + 3]! * data[b + d + 3]!
  }
  for (let d = whole; d < width; d++) s += data[a + d]! * data[b + d]!
  return s + t + (u + v)
}
