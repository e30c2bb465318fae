import { type AliasTable, drawKeys, type KnownPositives } from '../engine/kernels/draws.ts'
import { arenaBytes, type Workspace } from '../engine/memory/arena.ts'
import { fillAliasTable, popularityWeights } from './alias.ts'

/** How items are drawn: evenly, or by (number of users who have the item)^alpha. */
export type NegativeDistribution =
  | { readonly kind: 'uniform' }
  | { readonly kind: 'popularity'; readonly alpha: number }

/** Draws items that users do not have. */
export interface NegativeSampler {
  /**
   * out[r * per + t] for t < per: an item that users[r] does not have, for rows r < n; -1 for a user who has every item.
   * `start` is the place in the epoch of row 0: the same (seed, epoch, place) always gives the same items, however the
   * epoch is cut into calls. A user of -1 has nothing. By popularity, items that nobody has come up only for a user who
   * has all others. `users` and `out` are views of the workspace. Returns how many are -1.
   */
  sample(epoch: number, start: number, users: Int32Array, n: number, per: number, out: Int32Array): number
}

/** The bytes that createNegativeSampler() takes of its workspace. */
export function negativeSamplerBytes(users: number, items: number, positives: number): number {
  return arenaBytes({ int32: [users + 1, positives, items, items], float32: [items] })
}

/**
 * Makes a sampler over users' positives, which are copied into the workspace. RangeError where a user's positives are
 * not ascending, each once, and below `items`.
 */
export function createNegativeSampler(
  workspace: Workspace,
  known: KnownPositives,
  distribution: NegativeDistribution,
  seed: number,
): NegativeSampler {
  const { items } = known
  check(known)
  const offsets = workspace.int32(known.offsets.length)
  const positives = workspace.int32(known.positives.length)
  offsets.set(known.offsets)
  positives.set(known.positives)
  const held = { offsets, positives, items }
  const { kernels } = workspace
  if (distribution.kind === 'uniform') {
    return {
      sample: (epoch, start, users, n, per, out) =>
        kernels.uniformNegatives(drawKeys(seed, epoch), start, users, n, per, held, out),
    }
  }
  const counts = new Float64Array(items)
  for (const item of known.positives) counts[item]! += 1
  const table: AliasTable = {
    thresholds: workspace.int32(items),
    alias: workspace.int32(items),
    weights: workspace.float32(items),
  }
  fillAliasTable(popularityWeights(counts, distribution.alpha), table)
  return {
    sample: (epoch, start, users, n, per, out) =>
      kernels.weightedNegatives(drawKeys(seed, epoch), start, users, n, per, held, table, out),
  }
}

function check({ offsets, positives, items }: KnownPositives): void {
  if (offsets[0] !== 0 || offsets[offsets.length - 1] !== positives.length) {
    throw new RangeError(`offsets must run from 0 to ${positives.length}`)
  }
  for (let user = 0; user + 1 < offsets.length; user++) {
    let before = -1
    for (let e = offsets[user]!; e < offsets[user + 1]!; e++) {
      const item = positives[e]!
      if (item <= before || item >= items) {
        throw new RangeError(`user ${user}: item ${item} after ${before}; they must ascend and stay below ${items}`)
      }
      before = item
    }
  }
}
