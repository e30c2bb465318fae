import type { Interactions } from '../data/interactions.ts'
import type { ProfileRating } from '../models/recommender.ts'

/** The training ratings of a user, items ascending; empty for -1. */
export function profileOfUser(train: Pick<Interactions, 'byUser'>, user: number): ProfileRating[] {
  if (user < 0) return []
  const { offsets, indices, values } = train.byUser()
  return Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, n) => ({
    item: indices[offsets[user]! + n]!,
    rating: values[offsets[user]! + n]!,
  }))
}
