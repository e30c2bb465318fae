import {
  checkUsers,
  type DrawKernels,
  type DrawKeys,
  drawKeys,
  type KnownPositives,
  keepThreshold,
  mix32,
  tries,
} from '../draws.ts'

/** Draw i of a stream. */
const draw = ([key0, key1]: DrawKeys, i: number): number => mix32(mix32((i + key0) | 0) ^ key1)

/** The stream of attempt a at a draw. */
const attempt = ([key0, key1]: DrawKeys, a: number): DrawKeys => [key0, key1 + Math.imul(a, 0x9e3779b9)]

const below = (n: number, h: number): number => Math.floor((h * n) / 0x1_0000_0000)

/** The items that a user does not have, ascending. */
function othersOf(user: number, { offsets, positives, items }: KnownPositives): number[] {
  const had = user < 0 ? new Set<number>() : new Set(positives.subarray(offsets[user]!, offsets[user + 1]!))
  return Array.from({ length: items }, (_, i) => i).filter((i) => !had.has(i))
}

/** Fills out with choose(others, number of the draw) per row and place, -1 where there are no others. */
function fill(
  start: number,
  users: Int32Array,
  n: number,
  per: number,
  known: KnownPositives,
  out: Int32Array,
  choose: (others: number[], i: number) => number,
): number {
  checkUsers(users, n, known)
  let none = 0
  for (let r = 0; r < n; r++) {
    const others = othersOf(users[r]!, known)
    for (let t = 0; t < per; t++) {
      if (others.length === 0) none++
      out[r * per + t] = others.length === 0 ? -1 : choose(others, (start + r) * per + t)
    }
  }
  return none
}

/** The plain meaning of the drawing kernels. */
export const drawReference: DrawKernels = {
  dropoutMask(out, keep, seed, step) {
    const threshold = keepThreshold(keep)
    const keys = drawKeys(seed, step)
    for (let i = 0; i < out.length; i++) out[i] = keep === 1 || draw(keys, i) < threshold ? 1 / keep : 0
  },
  uniformNegatives(keys, start, users, n, per, known, out) {
    return fill(start, users, n, per, known, out, (others, i) => others[below(others.length, draw(keys, i))]!)
  },
  weightedNegatives(keys, start, users, n, per, known, { thresholds, alias, weights }, out) {
    return fill(start, users, n, per, known, out, (others, i) => {
      for (let a = 0; a < tries; a++) {
        const column = below(known.items, draw(attempt(keys, 2 * a), i))
        const coin = draw(attempt(keys, 2 * a + 1), i)
        const drawn = coin < thresholds[column]! >>> 0 ? column : alias[column]!
        if (others.includes(drawn)) return drawn
      }
      const h = draw(attempt(keys, 2 * tries), i)
      const wanted = (h / 0x1_0000_0000) * others.reduce((sum, item) => sum + weights[item]!, 0)
      let sum = 0
      let found = -1
      for (const item of others) {
        if (weights[item]! > 0) found = item
        sum += weights[item]!
        if (sum > wanted) break
      }
      return found >= 0 ? found : others[below(others.length, h)]!
    })
  },
}
