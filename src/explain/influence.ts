import { throwIfAborted } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'
import type { ProfileRating, Recommender } from '../models/recommender.ts'
import { ratingOf } from './parts.ts'

/** A rating of a profile, and what the prediction is without it. */
export interface Influence {
  readonly item: number
  readonly rating: number
  /** The prediction when the profile without this rating is folded in. */
  readonly without: number
  /** The prediction with it less the one without: positive where this rating raised it. */
  readonly difference: number
}

export interface InfluenceResult {
  /** The prediction when the whole profile is folded in: what the differences are from. */
  readonly folded: number
  /** Largest difference first, up or down; ties by item index. */
  readonly influences: readonly Influence[]
  /** How many ratings the profile has; more than were measured where it is longer than the limit. */
  readonly of: number
  /** Which were left out in turn: all, those of the movies most similar to the item, or every n-th. */
  readonly chosen: 'all' | 'nearest' | 'every-nth'
}

export interface InfluenceOptions {
  /** Most ratings that are left out in turn. Default 100; in a longer profile those of the movies most similar to the item. */
  readonly limit?: number
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
  /** Waited for before each rating is left out: a server gives others their turn. */
  readonly pause?: () => Promise<unknown>
}

/**
 * Measures what each rating of a profile does to the prediction of an item: it is left out, the rest is folded in
 * again, and the two predictions are compared. Works for every model with fold-in, and asks the model for nothing else.
 */
export async function measureInfluence(
  model: Pick<Recommender, 'scoreAll' | 'explain' | 'abilities' | 'similar'>,
  profile: readonly ProfileRating[],
  item: number,
  { limit = 100, onProgress, signal, pause }: InfluenceOptions = {},
): Promise<InfluenceResult> {
  const folded = await ratingOf(model, { profile }, item)
  const { chosen, which } = await choose(model, profile, item, limit)
  const influences: Influence[] = []
  for (const left of chosen) {
    await pause?.()
    throwIfAborted(signal, 'explaining')
    const rest = profile.filter((entry) => entry.item !== left.item)
    const without = await ratingOf(model, { profile: rest }, item)
    influences.push({ item: left.item, rating: left.rating, without, difference: folded - without })
    onProgress?.({ stage: 'leaving ratings out', done: influences.length, total: chosen.length, unit: 'ratings' })
  }
  influences.sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || a.item - b.item)
  return { folded, influences, of: profile.length, chosen: which }
}

/** At most `limit` ratings: those of the movies most similar to the item, or where the model knows no similarity every n-th. */
async function choose(
  model: Pick<Recommender, 'scoreAll' | 'explain' | 'abilities' | 'similar'>,
  profile: readonly ProfileRating[],
  item: number,
  limit: number,
): Promise<{ chosen: readonly ProfileRating[]; which: InfluenceResult['chosen'] }> {
  if (profile.length <= limit) return { chosen: profile, which: 'all' }
  if (model.abilities.similar) {
    const own = new Map(profile.map((entry) => [entry.item, entry]))
    const near = await model.similar([item], Number.MAX_SAFE_INTEGER)
    const found = near.flatMap((neighbour) => own.get(neighbour.item) ?? [])
    const itself = own.get(item)
    const chosen = [...(itself ? [itself] : []), ...found].slice(0, limit)
    if (chosen.length === limit) return { chosen, which: 'nearest' }
  }
  const spread = Array.from({ length: limit }, (_, n) => profile[Math.floor((n * profile.length) / limit)]!)
  return { chosen: spread, which: 'every-nth' }
}
