import { type Interactions, synthesise } from '../../src/data/index.ts'

export interface DotData {
  readonly train: Interactions
  /** One rating in a hundred. */
  readonly validation: Interactions
  /** Best reachable RMSE. */
  readonly floor: number
}

/** Ratings from half a star to five, with the numbers of users and items given and `ratings` of them to train on. */
export function dotData(
  { users, items, ratings }: { users: number; items: number; ratings: number },
  progress: (what: string) => void,
): DotData {
  progress(`making ${ratings} ratings`)
  const every = 101
  const all = Math.ceil((ratings * every) / (every - 1))
  const { interactions, manifest } = synthesise({
    ...{ users, items, ratings: all, factors: 8, userSkew: 0.6, skew: 0.9, timestamps: false },
    scale: { min: 0.5, max: 5, step: 0.5 },
  })
  const held: number[] = []
  for (let row = 0; row < all; row += every) held.push(row)
  const rest = new Int32Array(all - held.length)
  for (let row = 0, n = 0; row < all; row++) if (row % every !== 0) rest[n++] = row
  return {
    train: interactions.select(rest),
    validation: interactions.select(Int32Array.from(held)),
    floor: manifest.floor.rmse,
  }
}
