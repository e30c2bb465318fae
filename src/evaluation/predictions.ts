import { throwIfAborted } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'
import { type Ground, notANumber, scoresOf } from './ground.ts'

const pairsAtATime = 1 << 18

export interface WorkOptions {
  readonly blockBytes: number
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

/**
 * The model's prediction for every row of the part, in row order, clipped to the rating scale by the model; users with
 * a profile are predicted from it, and clipped here. Throws `not-a-number`.
 */
export async function predictPart(ground: Ground, work: WorkOptions): Promise<Float32Array> {
  const predictions = ground.profiles ? await predictFromProfiles(ground, work) : await predictPairs(ground, work)
  const bad = predictions.findIndex(Number.isNaN)
  if (bad >= 0) throw notANumber(ground, ground.part.user[bad]!, ground.part.item[bad]!)
  return predictions
}

async function predictPairs(ground: Ground, { onProgress, signal }: WorkOptions): Promise<Float32Array> {
  const { model, part } = ground
  const predictions = new Float32Array(part.count)
  for (let from = 0; from < part.count; from += pairsAtATime) {
    throwIfAborted(signal, 'evaluation')
    const to = Math.min(part.count, from + pairsAtATime)
    const block = await model.predict({ user: part.user.subarray(from, to), item: part.item.subarray(from, to) })
    if (block.length !== to - from)
      throw new RangeError(`${model.name} gave ${block.length} of ${to - from} predictions`)
    predictions.set(block, from)
    onProgress?.({ stage: 'predicting ratings', done: to, total: part.count, unit: 'ratings' })
  }
  return predictions
}

async function predictFromProfiles(ground: Ground, { onProgress, signal }: WorkOptions): Promise<Float32Array> {
  const { part } = ground
  const { min, max } = part.scale
  const clip = (x: number) => (ground.model.abilities.ratings ? Math.min(max, Math.max(min, x)) : x)
  const { offsets, indices, rows } = part.byUser()
  const predictions = new Float32Array(part.count)
  for (let user = 0; user < part.users.size; user++) {
    if (offsets[user] === offsets[user + 1]) continue
    throwIfAborted(signal, 'evaluation')
    const scores = await scoresOf(ground, Int32Array.of(user))
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) predictions[rows[at]!] = clip(scores[indices[at]!]!)
    onProgress?.({ stage: 'predicting ratings', done: offsets[user + 1]!, total: part.count, unit: 'ratings' })
  }
  return predictions
}
