import type { Recommendation, RecommendationList, RecommendQuery } from '../types.ts'
import { candidatesOf } from './candidates.ts'
import type { RecommendationIds } from './ids.ts'
import type { Person } from './person.ts'
import { rank } from './rank.ts'
import { fallbackReason, reasonsFor } from './reasons.ts'
import type { ListSource } from './source.ts'

/** A list for somebody, best first, with its reasons and its id. */
export async function recommendFor(
  live: ListSource,
  person: Person,
  options: RecommendQuery,
  ids: Pick<RecommendationIds, 'give'>,
): Promise<RecommendationList> {
  const { model, train, items: table } = live
  const { foldIn, ratings } = model.abilities
  const personal = foldIn && person.profile.length > 0
  const who = foldIn ? { profile: person.profile } : { user: person.user }
  const scores = await model.scoreAll(who)
  const candidates = candidatesOf(live, person, options)
  if (!ratings && options.includeSeen) leaveDislikes(live, person, candidates.allowed)
  const best = await rank(live, scores, candidates.allowed, options)
  const reasons = personal ? await reasonsFor(live, person, best, scores, options.reasons) : null
  const fallback = personal ? null : fallbackReason(live, whyNot(live, person))
  const { min, max } = train.scale
  return {
    recommendation: ids.give(live.digest),
    model: live.version,
    profile: personal ? person.profile.length : 0,
    unknown: [...person.unknown],
    items: Array.from(best, (item, k): Recommendation => {
      const score = scores[item]!
      return {
        rank: k + 1,
        item: train.items.id(item),
        title: table.titles[item]!,
        year: table.years[item] || null,
        genres: table.genres[item] as string[],
        score,
        rating: ratings ? Math.min(max, Math.max(min, score)) : null,
        reason: fallback ?? reasons![k]!,
      }
    }),
    note: candidates.note(best.length, options.k),
  }
}

function whyNot({ model }: ListSource, person: Person): string {
  if (person.empty !== null) return person.empty
  return `${model.name} does not learn from single ratings`
}

/** A model of implicit feedback takes a rating below its threshold for a dislike, which is recommended to nobody. */
function leaveDislikes({ model }: ListSource, { profile }: Person, allowed: Uint8Array): void {
  const { threshold, minimumRating } = model.hyperparameters
  const least = [threshold, minimumRating].find((value) => typeof value === 'number') as number | undefined
  if (least === undefined) return
  for (const { item, rating } of profile) if (rating < least) allowed[item] = 0
}
