import { MarqueeError } from '../core/errors.ts'
import type { Interactions } from '../data/interactions.ts'
import type { Split } from '../data/splits/spec.ts'
import type { ProfileRating, Recommender } from '../models/recommender.ts'

/** What a protocol stands on: the part that is predicted, and everything a model may know of its users. */
export interface Ground {
  readonly model: Recommender
  /** The evaluated part. */
  readonly part: Interactions
  readonly train: Interactions
  /** Ratings that a user has given already, in several tables: they are never candidates. */
  readonly seen: readonly Interactions[]
  /** Profiles of users who have no training row, or null. */
  readonly profiles: Interactions | null
  /** Training ratings of every item. */
  readonly popularity: Int32Array
}

/** Throws `no-validation` where the validation part is to be predicted and there is none. */
export function groundOf(model: Recommender, split: Split, which: 'test' | 'validation'): Ground {
  const { train } = split
  const part = which === 'test' ? split.test : split.validation
  if (!part) {
    throw new MarqueeError('no-validation', 'the split has no validation part', {
      remedy: 'Split with a validation share, for example --validation 0.1.',
    })
  }
  const profiles = which === 'test' ? split.profiles : split.validationProfiles
  if (profiles && !model.abilities.foldIn) {
    throw new MarqueeError('not-able', `${model.name} cannot take profiles, and this split holds out whole users`, {
      remedy: 'Choose a model with fold-in, or another split.',
    })
  }
  const validation = which === 'test' ? split.validation : null
  const seen = [train, validation, profiles].filter((table) => table !== null)
  const popularity = new Int32Array(train.items.size)
  for (const item of train.item) popularity[item]!++
  return { model, part, train, seen, profiles, popularity }
}

/** Users of the evaluated part with at least one row, ascending, as those the model knows and the count of rows of the others. */
export function knownUsers(ground: Ground): { users: Int32Array; unknownRows: number } {
  const { part, train, profiles } = ground
  const known = new Uint8Array(part.users.size)
  for (const user of train.user) known[user] = 1
  if (profiles) for (const user of profiles.user) known[user] = 1
  const { offsets } = part.byUser()
  const users: number[] = []
  let unknownRows = 0
  for (let u = 0; u < part.users.size; u++) {
    const rows = offsets[u + 1]! - offsets[u]!
    if (rows > 0 && known[u]) users.push(u)
    else unknownRows += rows
  }
  return { users: Int32Array.from(users), unknownRows }
}

/** Raises marks[item] to stamp for every item the user has rated already; returns how many it raised. */
export function markSeen(ground: Ground, user: number, marks: Int32Array, stamp: number): number {
  let raised = 0
  for (const table of ground.seen) {
    const { offsets, indices } = table.byUser()
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
      if (marks[indices[at]!]! >= stamp) continue
      marks[indices[at]!] = stamp
      raised++
    }
  }
  return raised
}

/**
 * Scores of all items for some users, row-major: by profile where the user has one, else by index.
 * Throws a RangeError where the model gives another number of scores.
 */
export async function scoresOf(ground: Ground, users: Int32Array): Promise<Float32Array> {
  const { model, profiles, part } = ground
  const width = part.items.size
  let scores: Float32Array
  if (!profiles) scores = await model.scoreUsers(users)
  else {
    scores = new Float32Array(users.length * width)
    for (let n = 0; n < users.length; n++) {
      const profile = profileOf(profiles, users[n]!)
      scores.set(await model.scoreAll(profile.length > 0 ? { profile } : { user: users[n]! }), n * width)
    }
  }
  if (scores.length !== users.length * width) {
    throw new RangeError(`${model.name} gave ${scores.length} scores for ${users.length} users x ${width} items`)
  }
  return scores
}

export function profileOf(profiles: Interactions, user: number): ProfileRating[] {
  const { offsets, indices, values } = profiles.byUser()
  const profile: ProfileRating[] = []
  for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
    profile.push({ item: indices[at]!, rating: values[at]! })
  }
  return profile
}

/** The error for a NaN, naming the pair. */
export function notANumber(ground: Ground, user: number, item: number): MarqueeError {
  const { users, items } = ground.part
  return new MarqueeError(
    'not-a-number',
    `${ground.model.name} predicted NaN for user ${users.id(user)} and item ${items.id(item)}`,
    { remedy: 'Its training has diverged or the model is faulty; no metric was computed.' },
  )
}
