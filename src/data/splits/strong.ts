import { MarqueeError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import type { Interactions } from '../interactions.ts'
import { type Cut, cutByMark, groupRows, roundHalfEven } from './rows.ts'

/** Held-out users' rows, in two parts, and the rows of the users who stay. */
export interface StrongCut {
  readonly kept: Int32Array
  readonly profiles: Int32Array
  readonly held: Int32Array
}

/**
 * `strong` generalisation (Marlin 2004): whole users are held out. `ratio` of the users with a row stay; of each of the others
 * a random share `profile` of the ratings, at least one and where there are two not all, is the profile, the rest is held.
 * Throws `too-few-users` where no user, or every user, would be held out.
 */
export function strongCut(
  whole: Interactions,
  rows: Int32Array,
  ratio: number,
  profile: number,
  random: Random,
): StrongCut {
  const { offsets, members } = groupRows(whole.user, whole.users.size, rows)
  const present: number[] = []
  for (let u = 0; u < whole.users.size; u++) if (offsets[u + 1]! > offsets[u]!) present.push(u)
  const users = random.shuffle(Int32Array.from(present))
  const staying = roundHalfEven(ratio * users.length)
  if (staying === 0 || staying === users.length) {
    throw new MarqueeError('too-few-users', `${users.length} users cannot be divided ${ratio} to ${1 - ratio}`, {
      place: '--split strong',
      remedy: 'Choose another ratio, or a split that does not hold out whole users.',
    })
  }
  const heldOut = new Uint8Array(whole.count)
  const inProfile = new Uint8Array(whole.count)
  for (const user of users.subarray(staying)) {
    const group = random.shuffle(members.subarray(offsets[user]!, offsets[user + 1]!))
    for (const row of group) heldOut[row] = 1
    const most = Math.max(1, group.length - 1)
    const count = Math.min(most, Math.max(1, roundHalfEven(profile * group.length)))
    for (const row of group.subarray(0, count)) inProfile[row] = 1
  }
  const { kept: held, cut: kept }: Cut = cutByMark(rows, heldOut)
  const parts = cutByMark(held, inProfile)
  return { kept, profiles: parts.kept, held: parts.cut }
}
