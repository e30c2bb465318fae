import type { Artefact } from '../catalogue/artefact.ts'
import { MarqueeError } from '../core/errors.ts'
import type { Interactions } from '../data/interactions.ts'
import { loadDataset } from '../data/load.ts'
import { type SplitSpec, split } from '../data/splits/index.ts'
import type { ProfileRating } from '../models/recommender.ts'

/** Somebody's ratings, and others of theirs that are to be predicted from them. */
export interface HeldOutCase {
  readonly profile: readonly ProfileRating[]
  readonly heldOut: readonly ProfileRating[]
}

export interface HeldOut {
  readonly cases: readonly HeldOutCase[]
  /**
   * `held-out`: ratings the model was never trained on, its split made again; `left-out`: where its data are not at hand,
   * every fifth training rating of a user, left out of the profile but not of what the model learned.
   */
  readonly of: 'held-out' | 'left-out'
}

/** Cases of at most `users` users, evenly chosen. */
export async function heldOutOf(artefact: Artefact, users = 1000): Promise<HeldOut> {
  const again = await splitAgain(artefact)
  if (!again) return { cases: leftOut(artefact.train, users), of: 'left-out' }
  const known = ratingsOf(again.known)
  const test = ratingsOf(again.test)
  const all = test.flatMap((heldOut, user) => (heldOut.length > 0 ? [{ profile: known[user]!, heldOut }] : []))
  return { cases: evenly(all, users), of: 'held-out' }
}

/** The split of the artefact's own data by its manifest; null where it cannot be made again. */
async function splitAgain({ manifest, train }: Artefact): Promise<{ known: Interactions; test: Interactions } | null> {
  const spec = manifest.split as SplitSpec | null
  if (!spec || (spec.kind as string) === 'given') return null
  try {
    const { interactions, fingerprint } = await loadDataset(manifest.dataset.name, { scale: train.scale })
    const same = fingerprint === manifest.dataset.fingerprint && interactions.items.size === train.items.size
    if (!same || interactions.users.size !== train.users.size) return null
    const parts = split(interactions, spec)
    return { known: parts.profiles ?? parts.train, test: parts.test }
  } catch (error) {
    // The data may have moved or changed since; what was trained on is in the artefact.
    if (error instanceof MarqueeError) return null
    throw error
  }
}

function leftOut(train: Interactions, users: number): HeldOutCase[] {
  const all = ratingsOf(train).flatMap((ratings) => {
    const heldOut = ratings.filter((_, n) => n % 5 === 4)
    return heldOut.length > 0 ? [{ profile: ratings.filter((_, n) => n % 5 !== 4), heldOut }] : []
  })
  return evenly(all, users)
}

/** The ratings of each user, by index. */
function ratingsOf(interactions: Interactions): ProfileRating[][] {
  const { offsets, indices, values } = interactions.byUser()
  return Array.from({ length: offsets.length - 1 }, (_, user) => {
    const own = new Map<number, ProfileRating>()
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
      own.set(indices[at]!, { item: indices[at]!, rating: values[at]! })
    }
    return [...own.values()]
  })
}

function evenly<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all]
  return Array.from({ length: most }, (_, n) => all[Math.floor((n * all.length) / most)]!)
}
