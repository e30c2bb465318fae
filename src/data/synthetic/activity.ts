import type { Random } from '../../core/random.ts'

/** Zipf weights rank^-skew, handed out in random order. */
export function zipfWeights(count: number, skew: number, random: Random): Float64Array {
  return random.shuffle(Float64Array.from({ length: count }, (_, rank) => (rank + 1) ** -skew))
}

/** How many ratings each user gives: in proportion to the weights, from 1 to `most`, `total` in all. */
export function countsByWeight(weights: Float64Array, total: number, most: number, random: Random): Int32Array {
  const users = weights.length
  const counts = new Int32Array(users).fill(1)
  let left = total - users
  while (left > 0) {
    let open = 0
    for (let u = 0; u < users; u++) if (counts[u]! < most) open += weights[u]!
    const before = left
    for (let u = 0; u < users; u++) {
      const more = Math.min(most - counts[u]!, Math.floor((before * weights[u]!) / open))
      counts[u]! += more
      left -= more
    }
    if (left < before) continue
    // Every share is below one now: what is left goes to users in random order, one each.
    for (const u of random.shuffle(Int32Array.from({ length: users }, (_, user) => user))) {
      if (left === 0) break
      if (counts[u]! === most) continue
      counts[u]!++
      left--
    }
  }
  return counts
}
