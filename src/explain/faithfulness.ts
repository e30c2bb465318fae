import type { Random } from '../core/random.ts'
import type { ProfileRating, Recommender } from '../models/recommender.ts'
import { measureInfluence } from './influence.ts'
import { ratingOf } from './parts.ts'

/** One case: whose prediction of what. */
export interface FaithfulnessCase {
  readonly profile: readonly ProfileRating[]
  readonly item: number
}

/** How far predictions move, in rating units, when ratings are taken out of the profiles. Plain JSON. */
export interface Faithfulness {
  readonly cases: number
  /** How many ratings were taken out of each. */
  readonly masked: number
  /** Mean size of the move when those that the explanation names go. */
  readonly named: number
  /** The same for as many drawn at random, meaned over `draws`. */
  readonly random: number
  /** Share of cases in which the named move it more. */
  readonly wins: number
}

/**
 * Whether explanations name what matters: of the `masked` ratings of largest measured influence those that raised the
 * prediction are taken out together, then those that lowered it (all at once they would cancel), and the two moves
 * are added; the same with as many at random. Profiles no longer than `masked` are passed over.
 */
export async function measureFaithfulness(
  model: Recommender,
  cases: readonly FaithfulnessCase[],
  { masked = 5, draws = 5, random }: { masked?: number; draws?: number; random: Random },
): Promise<Faithfulness> {
  const usable = cases.filter(({ profile }) => profile.length > masked)
  let named = 0
  let drawn = 0
  let wins = 0
  for (const { profile, item } of usable) {
    const { folded, influences } = await measureInfluence(model, profile, item)
    const move = async (gone: readonly number[]): Promise<number> => {
      if (gone.length === 0) return 0
      const rest = profile.filter((entry) => !gone.includes(entry.item))
      return Math.abs((await ratingOf(model, { profile: rest }, item)) - folded)
    }
    const chosen = influences.slice(0, masked)
    const up = chosen.filter(({ difference }) => difference > 0).map((influence) => influence.item)
    const down = chosen.filter(({ difference }) => difference <= 0).map((influence) => influence.item)
    const own = (await move(up)) + (await move(down))
    let chance = 0
    for (let draw = 0; draw < draws; draw++) {
      const order = random.shuffle(profile.map((entry) => entry.item))
      const moves = (await move(order.slice(0, up.length))) + (await move(order.slice(up.length, masked)))
      chance += moves / draws
    }
    named += own / usable.length
    drawn += chance / usable.length
    if (own > chance) wins++
  }
  return { cases: usable.length, masked, named, random: drawn, wins: wins / usable.length }
}
