import { cutByMark, groupRows, markEarliest, roundHalfEven, type SplitRule, timesOf } from './rows.ts'

/**
 * `time-user`: the earliest ratings of every user train, those whose rank by time is at most
 * round-half-even(ratio x count); equal times keep the order of the file.
 */
export const timeUserRule: SplitRule = (whole, rows, ratio) => {
  const times = timesOf(whole, 'time-user')
  const { offsets, members } = groupRows(whole.user, whole.users.size, rows)
  const kept = new Uint8Array(whole.count)
  for (let u = 0; u < whole.users.size; u++) {
    const group = members.subarray(offsets[u]!, offsets[u + 1]!)
    markEarliest(times, group, roundHalfEven(ratio * group.length), kept)
  }
  return cutByMark(rows, kept)
}

/** `time-global`: the earliest ratings of all train; equal times keep the order of the file. */
export const timeGlobalRule: SplitRule = (whole, rows, ratio) => {
  const kept = new Uint8Array(whole.count)
  markEarliest(timesOf(whole, 'time-global'), rows, roundHalfEven(ratio * rows.length), kept)
  return cutByMark(rows, kept)
}
