import type { Address } from './views.ts'

/** A stream of random draws: draw i is a hash of i and the two keys. See drawKeys(). */
export type DrawKeys = readonly [number, number]

/** The finaliser of MurmurHash3 (Appleby): a bijection of 32 bits. */
export function mix32(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** The keys of a stream, of a seed (its lower 53 bits count) and a number, say of a step or an epoch. */
export function drawKeys(seed: number, stream: number): DrawKeys {
  const fold = (n: number, into: number): number => {
    const low = mix32((n >>> 0) ^ into)
    return mix32((Math.floor(n / 0x1_0000_0000) ^ low) + 0x9e3779b9)
  }
  const key0 = fold(stream, fold(seed, 0x243f6a88))
  return [key0, mix32(key0 ^ fold(seed, 0x85a308d3) ^ fold(stream, 0x13198a2e))]
}

/** What users have, and the items there are. */
export interface KnownPositives {
  /** CSR by user: user u's positives are positives[offsets[u]] .. positives[offsets[u + 1] - 1], ascending, none twice. */
  readonly offsets: Int32Array
  readonly positives: Int32Array
  /** How many items there are. */
  readonly items: number
}

/** Walker's (1977) alias table of item weights: see sampling/alias.ts. */
export interface AliasTable {
  /** A draw below thresholds[c] (unsigned) takes column c itself, another its alias. */
  readonly thresholds: Int32Array
  readonly alias: Int32Array
  readonly weights: Float32Array
}

/** Random draws by counter: the compiled kernels and the reference give the same bits. */
export interface DrawKernels {
  /**
   * A dropout mask: each element 1 / keep with probability `keep`, else 0. 0 < keep <= 1. A (seed, step) always gives
   * the same mask; layers of one step need seeds of their own.
   */
  dropoutMask(out: Float32Array, keep: number, seed: number, step: number): void
  /**
   * out[r * per + t], t < per: an item drawn uniformly from those that users[r] does not have; -1 where they have all.
   * Row r uses the draws from (start + r) * per on, so an epoch may be drawn in any parts. A negative user has nothing.
   * Returns how many are -1.
   */
  uniformNegatives(
    keys: DrawKeys,
    start: number,
    users: Int32Array,
    n: number,
    per: number,
    known: KnownPositives,
    out: Int32Array,
  ): number
  /** The same, drawn by weight; uniformly for a user who lacks only items of weight 0. */
  weightedNegatives(
    keys: DrawKeys,
    start: number,
    users: Int32Array,
    n: number,
    per: number,
    known: KnownPositives,
    table: AliasTable,
    out: Int32Array,
  ): number
}

/** So many positives are drawn in a row before the exact but slow way is taken. */
export const tries = 32

/** The draws below this are kept. */
export const keepThreshold = (keep: number): number => {
  if (!(keep > 0 && keep <= 1)) throw new RangeError(`keep = ${keep} is not in (0, 1]`)
  return Math.min(0xffff_ffff, Math.round(keep * 0x1_0000_0000))
}

/** RangeError for users that do not exist and for counts that the offsets do not bear out. */
export function checkUsers(users: Int32Array, n: number, { offsets, positives }: KnownPositives): void {
  const count = offsets.length - 1
  for (let r = 0; r < n; r++)
    if (users[r]! >= count) throw new RangeError(`users[${r}] = ${users[r]} of ${count} users`)
  if (offsets[count]! > positives.length) throw new RangeError(`${positives.length} positives of ${offsets[count]}`)
}

export type DrawExports = Record<'dropoutMask' | 'uniformNegatives' | 'weightedNegatives', (...v: number[]) => number>

export function bindDraws(wasm: DrawExports, at: Address): DrawKernels {
  return {
    dropoutMask(out, keep, seed, step) {
      const threshold = keepThreshold(keep)
      const to = at(out, 0, 'out')
      if (keep === 1) out.fill(1)
      else wasm.dropoutMask(to, out.length, threshold, 1 / keep, ...drawKeys(seed, step))
    },
    uniformNegatives(keys, start, users, n, per, known, out) {
      checkUsers(users, n, known)
      const u = at(users, n, 'users')
      const [offsets, positives] = [at(known.offsets, 1, 'offsets'), at(known.positives, 0, 'positives')]
      const to = at(out, n * per, 'out')
      return wasm.uniformNegatives(...keys, start, u, n, per, offsets, positives, known.items, to)
    },
    weightedNegatives(keys, start, users, n, per, known, table, out) {
      checkUsers(users, n, known)
      const { items } = known
      return wasm.weightedNegatives(
        ...keys,
        start,
        at(users, n, 'users'),
        n,
        per,
        at(known.offsets, 1, 'offsets'),
        at(known.positives, 0, 'positives'),
        items,
        at(table.thresholds, items, 'thresholds'),
        at(table.alias, items, 'alias'),
        at(table.weights, items, 'weights'),
        tries,
        at(out, n * per, 'out'),
      )
    },
  }
}
