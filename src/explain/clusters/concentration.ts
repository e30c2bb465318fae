import { Random } from '../../core/random.ts'

/** How a genre is represented among some movies against all candidates. */
export interface GenreConcentration {
  readonly genre: string
  /** Movies of the list that have it. */
  readonly count: number
  /** Share of the list over share of the candidates: 1 is chance. */
  readonly lift: number
  /** Chance of so many or more in a list drawn at random (hypergeometric). */
  readonly p: number
}

/** The genres of candidates, counted once for many lists. */
export class GenreCounts {
  private readonly genres: ReadonlyMap<number, readonly string[]>
  private readonly counts = new Map<string, number>()
  private readonly candidates: readonly number[]

  constructor(candidates: readonly number[], genresOf: (item: number) => readonly string[]) {
    this.candidates = candidates
    this.genres = new Map(candidates.map((item) => [item, genresOf(item)]))
    for (const genres of this.genres.values()) {
      for (const genre of genres) this.counts.set(genre, (this.counts.get(genre) ?? 0) + 1)
    }
  }

  /** Every genre of the list, the least likely first; ties by name. */
  concentration(list: readonly number[]): GenreConcentration[] {
    const counts = new Map<string, number>()
    for (const item of list) for (const genre of this.genres.get(item)!) counts.set(genre, (counts.get(genre) ?? 0) + 1)
    const all = this.candidates.length
    return [...counts]
      .map(([genre, count]) => {
        const known = this.counts.get(genre)!
        return { genre, count, lift: count / list.length / (known / all), p: atLeast(count, list.length, known, all) }
      })
      .sort((x, y) => x.p - y.p || (x.genre < y.genre ? -1 : 1))
  }

  /** How often two movies of the list have a genre in common; 0 for lists of one. */
  agreement(list: readonly number[]): number {
    let common = 0
    let pairs = 0
    for (const [n, a] of list.entries()) {
      const own = this.genres.get(a)!
      for (const b of list.slice(n + 1)) {
        pairs++
        if (this.genres.get(b)!.some((genre) => own.includes(genre))) common++
      }
    }
    return pairs === 0 ? 0 : common / pairs
  }

  /** Lists of `size` drawn at random: what the least likely of many genres is by chance alone, however the genres overlap. */
  baseline(size: number, rounds: number, seed: number): GenreBaseline {
    const random = new Random(seed).fork('concentration')
    const pool = [...this.candidates]
    const smallest = new Float64Array(rounds)
    let agreement = 0
    for (let round = 0; round < rounds; round++) {
      for (let n = 0; n < size; n++) {
        const other = n + random.int(pool.length - n)
        ;[pool[n], pool[other]] = [pool[other]!, pool[n]!]
      }
      const list = pool.slice(0, size)
      smallest[round] = this.concentration(list)[0]?.p ?? 1
      agreement += this.agreement(list) / rounds
    }
    return { smallest: smallest.sort(), agreement }
  }
}

/** Of lists drawn at random. */
export interface GenreBaseline {
  /** The smallest p of each list, ascending. */
  readonly smallest: Float64Array
  /** How often two movies of a list have a genre in common. */
  readonly agreement: number
}

/** The share of the baseline that is as small, the list itself counted: a p corrected for the number of genres. */
export function rankIn({ smallest }: GenreBaseline, p: number): number {
  let below = 0
  while (below < smallest.length && smallest[below]! <= p * (1 + 1e-9)) below++
  return (below + 1) / (smallest.length + 1)
}

/** P(X >= count) of a hypergeometric X: `size` drawn without replacement from `all`, of which `known` are of the kind. */
export function atLeast(count: number, size: number, known: number, all: number): number {
  let sum = 0
  for (let k = count; k <= Math.min(size, known); k++) {
    sum += Math.exp(logChoose(known, k) + logChoose(all - known, size - k) - logChoose(all, size))
  }
  return Math.min(1, sum)
}

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY
  let log = 0
  for (let j = 1; j <= k; j++) log += Math.log((n - k + j) / j)
  return log
}
