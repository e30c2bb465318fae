import type { Interactions } from '../../src/data/interactions.ts'
import type { Pairs, ProfileRating, Recommender, Who } from '../../src/models/recommender.ts'

export interface TableOptions {
  /** Clips predictions to it; null for a model of implicit feedback. */
  readonly scale?: { min: number; max: number } | null
  /** Scores for a profile; without it the model cannot fold in. */
  readonly forProfile?: (profile: readonly ProfileRating[]) => Float32Array
  readonly name?: string
}

const absent = (): never => {
  throw new Error('not part of the test')
}

/** A model whose scores are a function: what it answers is known exactly. */
export function scoreModel(
  items: number,
  score: (user: number, item: number) => number,
  options: TableOptions = {},
): Recommender & { calls: number[] } {
  const { scale = null, forProfile, name = 'table' } = options
  const calls: number[] = []
  const rowOf = (user: number) => Float32Array.from({ length: items }, (_, item) => score(user, item))
  return {
    name,
    hyperparameters: { made: 'up' },
    abilities: { ratings: scale !== null, foldIn: forProfile !== undefined, similar: false },
    calls,
    fit: absent,
    async predict({ user, item }: Pairs) {
      return Float32Array.from(user, (u, n) => {
        const raw = Math.fround(score(u, item[n]!))
        return scale && !Number.isNaN(raw) ? Math.min(scale.max, Math.max(scale.min, raw)) : raw
      })
    },
    async scoreAll(who: Who) {
      if ('user' in who) return rowOf(who.user)
      return forProfile ? forProfile(who.profile) : absent()
    },
    async scoreUsers(users: Int32Array) {
      calls.push(users.length)
      const out = new Float32Array(users.length * items)
      for (const [n, user] of users.entries()) out.set(rowOf(user), n * items)
      return out
    },
    recommend: absent,
    similar: absent,
    save: absent,
    load: absent,
    onnx: absent,
  }
}

/** Scores by the number of training ratings. */
export function popularityModel(train: Interactions): Recommender {
  const counts = new Float32Array(train.items.size)
  for (const item of train.item) counts[item]!++
  return scoreModel(train.items.size, (_, item) => counts[item]!)
}

/** mean + item bias + user bias, each shrunk by `damping` ratings, items first. */
export function biasModel(train: Interactions, itemDamping: number, userDamping: number): Recommender {
  const mean = train.mean()
  const bias = (size: number, keys: Int32Array, rest: (row: number) => number, damping: number) => {
    const sum = new Float64Array(size)
    const count = new Float64Array(size)
    for (let row = 0; row < train.count; row++) {
      sum[keys[row]!]! += rest(row)
      count[keys[row]!]!++
    }
    return sum.map((total, key) => total / (count[key]! + damping))
  }
  const { user, item, rating } = train
  const ofItem = bias(train.items.size, item, (row) => rating[row]! - mean, itemDamping)
  const ofUser = bias(train.users.size, user, (row) => rating[row]! - mean - ofItem[item[row]!]!, userDamping)
  return scoreModel(train.items.size, (u, i) => mean + ofUser[u]! + ofItem[i]!, { scale: train.scale, name: 'bias' })
}
