import { MarqueeError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import type { Interactions } from '../interactions.ts'

/** Rows of the whole that stay in the training part and rows that are cut out of it; both ascending. */
export interface Cut {
  readonly kept: Int32Array
  readonly cut: Int32Array
}

/** Divides some rows of the whole (ascending), `ratio` of them being kept. Every family of splits is such a rule. */
export type SplitRule = (whole: Interactions, rows: Int32Array, ratio: number, random: Random) => Cut

/** Rounds to the nearest integer, halves to the even one, as Python and IEEE 754 do. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x)
  const rest = x - below
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1
  return below % 2 === 0 ? below : below + 1
}

/** All rows, ascending. */
export function allRows(whole: Interactions): Int32Array {
  return Int32Array.from({ length: whole.count }, (_, row) => row)
}

/** Divides rows by a mark that each row of the whole has or has not. */
export function cutByMark(rows: Int32Array, kept: Uint8Array): Cut {
  let n = 0
  for (const row of rows) n += kept[row]!
  const cut: Cut = { kept: new Int32Array(n), cut: new Int32Array(rows.length - n) }
  let k = 0
  let c = 0
  for (const row of rows) {
    if (kept[row]) cut.kept[k++] = row
    else cut.cut[c++] = row
  }
  return cut
}

/** Rows gathered by a key: those of key g stand at offsets[g] to offsets[g + 1] of members, ascending. */
export function groupRows(
  keys: Int32Array,
  keyCount: number,
  rows: Int32Array,
): { offsets: Int32Array; members: Int32Array } {
  const offsets = new Int32Array(keyCount + 1)
  for (const row of rows) offsets[keys[row]! + 1]!++
  for (let g = 0; g < keyCount; g++) offsets[g + 1]! += offsets[g]!
  const next = offsets.slice(0, keyCount)
  const members = new Int32Array(rows.length)
  for (const row of rows) members[next[keys[row]!]!++] = row
  return { offsets, members }
}

/** Marks the earliest `count` of the members; among equal times the first in the file. */
export function markEarliest(times: Float64Array, members: Int32Array, count: number, marks: Uint8Array): void {
  if (count <= 0) return
  // Sorting the bare times is several times faster than sorting rows by time, and the last time kept decides all but its ties.
  const sorted = new Float64Array(members.length)
  for (let k = 0; k < members.length; k++) sorted[k] = times[members[k]!]!
  sorted.sort()
  const last = sorted[count - 1]!
  let earlier = 0
  while (sorted[earlier]! < last) earlier++
  let ties = count - earlier
  for (const row of members) {
    const time = times[row]!
    if (time < last || (time === last && ties-- > 0)) marks[row] = 1
  }
}

/** The times, or an error that says which split wants them. */
export function timesOf(whole: Interactions, kind: string): Float64Array {
  if (whole.timestamp) return whole.timestamp
  throw new MarqueeError('no-timestamps', `the split ${kind} needs timestamps and these ratings have none`, {
    place: `--split ${kind}`,
    remedy: 'Choose a random split, or name the column that holds the times.',
  })
}
