import type { ArtefactManifest } from '../../../catalogue/artefact.ts'
import { MarqueeError } from '../../../core/errors.ts'
import type { ProfileRating } from '../../../models/recommender.ts'
import type { FeedbackEvent, Store } from '../../../store/store.ts'
import type { Live } from '../shelf/live.ts'
import type { ProfileEntry } from '../types.ts'
import type { ListSource } from './source.ts'

/** Somebody as a model sees them; items are indices of its vocabulary. */
export interface Person {
  /** What is folded in; each item once. */
  readonly profile: readonly ProfileRating[]
  /** Items of the profile that were liked and not rated: they count as rated highest. */
  readonly liked: ReadonlySet<number>
  /** Ids that the model does not know, of ratings and likes. */
  readonly unknown: readonly string[]
  /** Hidden unless seen movies are asked for: rated, liked, watched, skipped. */
  readonly seen: readonly number[]
  /** Never recommended: "not interested". */
  readonly hidden: readonly number[]
  /** Index in the training data; -1 for everybody else. */
  readonly user: number
  /** Why there is no profile, completing "because …"; null where there is one. */
  readonly empty: string | null
}

/** Somebody who posted their ratings. The last rating of a repeated movie counts. Throws `bad-rating` outside the scale. */
export function personOfSession(
  live: Pick<ListSource, 'train'>,
  entries: readonly ProfileEntry[],
  dislikes: readonly string[] = [],
): Person {
  const { items, scale } = live.train
  const profile = new Map<number, ProfileRating>()
  const unknown: string[] = []
  for (let n = 0; n < entries.length; n++) {
    const { item: id, rating } = entries[n]!
    if (!(rating >= scale.min && rating <= scale.max)) {
      throw new MarqueeError('bad-rating', `the rating ${rating} is outside the scale`, {
        place: `body.profile.${n}.rating`,
        remedy: `Ratings go from ${scale.min} to ${scale.max} here.`,
      })
    }
    const item = items.indexOf(id)
    if (item < 0) unknown.push(id)
    else profile.set(item, { item, rating })
  }
  const rated = [...profile.values()]
  return {
    profile: rated,
    liked: new Set(),
    unknown,
    seen: rated.map(({ item }) => item),
    hidden: dislikes.map((id) => items.indexOf(id)).filter((item) => item >= 0),
    user: -1,
    empty: whyEmpty(rated.length, unknown.length, 'nothing has been rated yet'),
  }
}

/**
 * A user by id: the training ratings, overlaid by what the store holds now. A rating counts as it is, a like without a rating
 * as the highest; a dislike without a rating ("not interested") hides the movie and says nothing about its quality, so it
 * is not folded in. A rating that was taken back is gone, also where the model was trained on it.
 */
export async function personOfUser(live: Live, store: Store, id: string): Promise<Person> {
  const { users, items, scale } = live.train
  const user = users.indexOf(id)
  const rows = baseRows(live, user)
  const [current, deleted] = await Promise.all([store.profile(id), rows.length > 0 ? takenBack(store, id) : null])
  const profile = new Map<number, ProfileRating>()
  const unknown = new Set<string>()
  const seen = new Set<number>()
  const hidden = new Set<number>()
  const liked = new Set<number>()
  for (const entry of rows) if (!deleted?.has(items.id(entry.item))) profile.set(entry.item, entry)
  const rated = new Set<number>()
  const put = (event: FeedbackEvent, item: number, value: number): void => {
    // A rating given on another scale than this model's is brought to its ends rather than refused: it is there already.
    const rating = Math.min(scale.max, Math.max(scale.min, value))
    if (item < 0) unknown.add(event.item)
    else profile.set(item, { item, rating })
  }
  for (const event of current) {
    const item = items.indexOf(event.item)
    if (event.kind === 'rating' && event.value !== null) {
      put(event, item, event.value)
      rated.add(item)
    } else if (event.kind === 'dislike' && item >= 0) hidden.add(item)
    else if ((event.kind === 'watched' || event.kind === 'skipped') && item >= 0) seen.add(item)
  }
  for (const event of current) {
    const item = items.indexOf(event.item)
    if (event.kind !== 'like' || (item >= 0 && rated.has(item))) continue
    put(event, item, scale.max)
    liked.add(item)
  }
  for (const item of profile.keys()) seen.add(item)
  return {
    profile: [...profile.values()],
    liked,
    unknown: [...unknown],
    seen: [...seen],
    hidden: [...hidden],
    user,
    empty: whyEmpty(profile.size, unknown.size, 'this user has rated nothing'),
  }
}

/** Training ratings of a user that did not come from the store: those of the store are asked of the store. */
function baseRows(live: Live, user: number): ProfileRating[] {
  if (user < 0) return []
  const { offsets, indices, values, rows } = live.train.byUser()
  const base = baseCount(live.manifest, live.train.count)
  const found: ProfileRating[] = []
  for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
    if (rows[at]! < base) found.push({ item: indices[at]!, rating: values[at]! })
  }
  return found
}

/** How many rows of the training ratings came with the data; those behind them came from the store (see training/data.ts). */
export function baseCount({ notes }: ArtefactManifest, ratings: number): number {
  const fromStore = notes?.storeRatings
  return ratings - (typeof fromStore === 'number' ? fromStore : 0)
}

/** Movies whose rating this user has taken back and not given again. */
async function takenBack(store: Store, user: string): Promise<Set<string>> {
  const gone = new Set<string>()
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<Store['events']>> = await store.events({
      user,
      kinds: ['rating'],
      limit: 1000,
      cursor,
    })
    for (const { item, action } of page.entries) {
      if (action === 'delete') gone.add(item)
      else gone.delete(item)
    }
    cursor = page.next
  } while (cursor !== null)
  return gone
}

function whyEmpty(known: number, unknown: number, nothing: string): string | null {
  if (known > 0) return null
  if (unknown === 0) return nothing
  return unknown === 1
    ? 'the model does not know the one movie rated'
    : `the model knows none of the ${unknown} movies rated`
}
