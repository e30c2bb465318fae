import { Random } from '../../src/core/random.ts'
import { Interactions, type ItemTable, synthesise, Vocabulary } from '../../src/data/index.ts'

const ids = (n: number): Vocabulary => Vocabulary.of(Float64Array.from({ length: n }, (_, k) => k + 1))

/** A table from (user, item, rating) rows, on a scale of 1 to 5. */
export function table(
  rows: readonly (readonly [number, number, number])[],
  users: number,
  items: number,
): Interactions {
  return new Interactions({
    users: ids(users),
    items: ids(items),
    user: Int32Array.from(rows, ([user]) => user),
    item: Int32Array.from(rows, ([, item]) => item),
    rating: Float32Array.from(rows, ([, , rating]) => rating),
    timestamp: Float64Array.from(rows, (_, n) => 1_000_000_000 + n),
    scale: { min: 1, max: 5, step: 0.5 },
  })
}

/** 60 users and 30 items that agree on something, and one user and one item more that have no rating. */
export function ordinary(): Interactions {
  const { interactions } = synthesise({
    users: 60,
    items: 30,
    ratings: 720,
    scale: { min: 1, max: 5, step: 0.5 },
    seed: 3,
  })
  const { user, item, rating } = interactions
  return table(
    Array.from(user, (u, n) => [u, item[n]!, rating[n]!] as const),
    61,
    31,
  )
}

/** Ratings without any structure: independent draws of 1 to 5. */
export function noise(users: number, items: number, perUser: number, seed: number): Interactions {
  const random = new Random(seed)
  const rows: [number, number, number][] = []
  for (let user = 0; user < users; user++) {
    const order = random.shuffle(Int32Array.from({ length: items }, (_, k) => k))
    for (const item of order.subarray(0, perUser)) rows.push([user, item, 1 + random.int(5)])
  }
  return table(rows, users, items)
}

/** Something known of every item, for the models that learn from it: genres and tags that say nothing of the ratings. */
export function featuresOf({ items }: Interactions): ItemTable {
  const all = Array.from({ length: items.size }, (_, k) => k)
  return {
    titles: all.map((k) => `Movie ${k} (${1970 + k})`),
    years: Int16Array.from(all, (k) => 1970 + k),
    genres: all.map((k) => [['Drama', 'Comedy', 'War'][k % 3]!, ...(k % 2 === 0 ? ['Action'] : [])]),
    tags: all.map((k) => (k % 4 === 0 ? [{ tag: 'classic', count: 1 }] : [])),
    imdb: all.map(() => null),
    tmdb: all.map(() => null),
  }
}
