import type { ProfileRating, Recommender } from '../models/recommender.ts'
import { scoresOf } from '../models/scores-of.ts'

/**
 * Scores of `items` with the ratings at positions `left` of a profile left out in turn, left.length x items.length,
 * row-major: by the model's own short way where it has one, else by folding in every rest. The profile's items are known, each once.
 */
export async function leaveOneOut(
  model: Pick<Recommender, 'scoreAll' | 'scoreItems' | 'leaveOut'>,
  profile: readonly ProfileRating[],
  left: Int32Array,
  items: Int32Array,
): Promise<Float32Array> {
  if (model.leaveOut) return model.leaveOut(profile, left, items)
  const out = new Float32Array(left.length * items.length)
  for (let l = 0; l < left.length; l++) {
    const rest = profile.filter((_, position) => position !== left[l])
    out.set(await scoresOf(model, { profile: rest }, items), l * items.length)
  }
  return out
}
