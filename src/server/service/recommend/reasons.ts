import type { RatingScale } from '../../../data/interactions.ts'
import { isStars, ratingWords } from '../../../data/rating-words.ts'
import { leaveOneOut } from '../../../explain/leave-one-out.ts'
import type { ProfileRating } from '../../../models/recommender.ts'
import { scoresOf } from '../../../models/scores-of.ts'
import { topK } from '../../../models/top-k.ts'
import type { Reason } from '../types.ts'
import type { Person } from './person.ts'
import type { ListSource } from './source.ts'

/** Ratings measured at most: of longer profiles the likeliest. */
const most = { fast: 24, slow: 10, least: 6 }
/** Ratings read by all leave-outs together: very long profiles are measured in fewer places, so that they hold nobody up. */
const readAtMost = 12_000
const likeliestForEach = 5
/** Differences smaller than this share of the rating scale are noise of the arithmetic. */
const leastShare = 1e-4

/** Why a list is not personal; completes "…, because …". */
export function fallbackReason(live: ListSource, because: string): Reason {
  const to = live.model.abilities.ratings ? 'best-rated' : 'popular'
  const text = `${to === 'popular' ? 'popular' : 'rated well by many'}, because ${because}`
  return {
    kind: 'fallback',
    text,
    contributions: [],
    method: null,
    attention: null,
    strength: null,
    fallback: { to, because },
  }
}

/**
 * Why each of `items` is in a list: every rating of the profile is left out in turn, and the score without it compared with the
 * score. Nothing is estimated: what is named was measured on the model that made the list. `reasons`: how many ratings each names; 0 measures nothing.
 */
export async function reasonsFor(
  live: ListSource,
  person: Person,
  items: Int32Array,
  scores: Float32Array,
  reasons: number,
): Promise<Reason[]> {
  const { model } = live
  const { profile } = person
  const told = model.explain && items.length > 0 ? await model.explain({ profile }, items) : null
  const measure = reasons > 0 && profile.length > 0 && items.length > 0
  const left = measure ? chosen(live, profile, items) : new Int32Array()
  const without = measure ? await leaveOneOut(model, profile, left, items) : null
  // What is left out is scored a few movies at a time where the model can, and another way may differ in the last bit.
  const few = measure && !model.leaveOut && model.scoreItems !== undefined
  const own = few ? await scoresOf(model, { profile }, items) : Float32Array.from(items, (item) => scores[item]!)
  if (without && left.length === profile.length && unmoved(own, without)) {
    const because = `these ratings change nothing in what ${model.name} recommends`
    const text = `the same for everybody, because ${because}`
    return Array.from(items, () => ({ ...fallbackReason(live, because), text, fallback: { to: model.name, because } }))
  }
  const { min, max } = live.train.scale
  const least = model.abilities.ratings ? leastShare * (max - min) : 0
  return Array.from(items, (_, k): Reason => {
    const differences: { position: number; difference: number }[] = []
    for (let l = 0; l < left.length; l++) {
      const difference = own[k]! - without![l * items.length + k]!
      if (difference > least) differences.push({ position: left[l]!, difference })
    }
    differences.sort((a, b) => b.difference - a.difference || a.position - b.position)
    const named = differences.slice(0, reasons)
    const contributions = named.map(({ position, difference }) => {
      const { item: rated, rating } = profile[position]!
      return { item: live.train.items.id(rated), title: live.items.titles[rated]!, rating, difference }
    })
    return {
      kind: 'ratings',
      text: measure
        ? textOf(contributions, named, person, live.train.scale, left.length < profile.length)
        : 'by your ratings taken together',
      contributions,
      method: measure ? 'left-out' : null,
      attention: told?.attention ? { user: told.attention.user[k]!, item: told.attention.item[k]! } : null,
      strength: told?.strength ? told.strength[k]! : null,
      fallback: null,
    }
  })
}

/** Whether no rating left out changes any score by a single bit. */
function unmoved(own: Float32Array, without: Float32Array): boolean {
  return without.every((score, at) => score === own[at % own.length])
}

/** "because you gave Alien (1979) 5 stars and Heat (1995) 4.5 stars, and liked Fargo (1996)". */
function textOf(
  contributions: Reason['contributions'],
  named: readonly { readonly position: number }[],
  { profile, liked }: Person,
  scale: RatingScale,
  some: boolean,
): string {
  if (contributions.length === 0) {
    // Without its only rating a profile is nobody's, whose scores may be of another kind: nothing alone is measured against that.
    if (profile.length === 1) return `by the one movie you have ${liked.size > 0 ? 'liked' : 'rated'}`
    return `by your ratings taken together: none of ${some ? 'those measured' : 'them'} alone speaks for it`
  }
  const words: { rated: string[]; liked: string[] } = { rated: [], liked: [] }
  contributions.forEach(({ title, rating }, n) => {
    if (liked.has(profile[named[n]!.position]!.item)) words.liked.push(title)
    else words.rated.push(`${title} ${ratingWords(rating, scale)}`)
  })
  const parts = [
    ...(words.rated.length > 0 ? [`${isStars(scale) ? 'gave' : 'rated'} ${listed(words.rated)}`] : []),
    ...(words.liked.length > 0 ? [`liked ${listed(words.liked)}`] : []),
  ]
  return `because you ${parts.join(', and ')}`
}

const listed = (names: readonly string[]): string =>
  names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/**
 * Positions of the ratings to leave out: all, or where there are too many those likeliest to have raised an item, which are
 * ratings above the person's mean of movies near it (cosine times deviation); for models without vectors every n-th.
 */
function chosen(live: ListSource, profile: readonly ProfileRating[], items: Int32Array): Int32Array {
  const affordable = Math.max(most.least, Math.floor(readAtMost / profile.length))
  const limit = Math.min(affordable, live.model.leaveOut ? most.fast : most.slow)
  if (profile.length <= limit) return Int32Array.from(profile, (_, position) => position)
  const units = live.units()
  if (!units) return Int32Array.from({ length: limit }, (_, n) => Math.floor((n * profile.length) / limit))
  const { data, width } = units
  const mean = profile.reduce((sum, { rating }) => sum + rating, 0) / profile.length
  const best = new Map<number, number>()
  const pulls = new Float32Array(profile.length)
  for (const item of items) {
    profile.forEach(({ item: rated, rating }, position) => {
      let sum = 0
      for (let d = 0, p = item * width, q = rated * width; d < width; d++) sum += data[p + d]! * data[q + d]!
      pulls[position] = sum > 0 ? sum * (rating - mean) : 0
    })
    for (const position of topK(pulls, likeliestForEach)) {
      best.set(position, Math.max(pulls[position]!, best.get(position) ?? Number.NEGATIVE_INFINITY))
    }
  }
  const ordered = [...best].sort((a, b) => b[1] - a[1]).slice(0, limit)
  return Int32Array.from(ordered, ([position]) => position).sort()
}
