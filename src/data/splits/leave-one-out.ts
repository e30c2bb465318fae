import { cutByMark, type SplitRule, timesOf } from './rows.ts'

/**
 * `leave-one-out`: the last rating of every user by time, of equal times the last in the file, is cut out.
 * A user with one rating keeps it in the training part.
 */
export const leaveOneOutRule: SplitRule = (whole, rows) => {
  const times = timesOf(whole, 'leave-one-out')
  const last = new Int32Array(whole.users.size).fill(-1)
  const counts = new Int32Array(whole.users.size)
  const kept = new Uint8Array(whole.count)
  for (const row of rows) {
    const user = whole.user[row]!
    kept[row] = 1
    counts[user]!++
    if (last[user] === -1 || times[row]! >= times[last[user]!]!) last[user] = row
  }
  for (let u = 0; u < last.length; u++) if (counts[u]! > 1) kept[last[u]!] = 0
  return cutByMark(rows, kept)
}
