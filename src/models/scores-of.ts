import type { Recommender, Who } from './recommender.ts'

/** scoreAll's entries at `items` (known ones), in their order: by the model's short way where it has one. */
export async function scoresOf(
  model: Pick<Recommender, 'scoreAll' | 'scoreItems'>,
  who: Who,
  items: Int32Array,
): Promise<Float32Array> {
  if (model.scoreItems) return model.scoreItems(who, items)
  const scores = await model.scoreAll(who)
  return Float32Array.from(items, (item) => scores[item]!)
}
