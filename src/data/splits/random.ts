import { cutByMark, groupRows, roundHalfEven, type SplitRule } from './rows.ts'

/** `random`: a share of all ratings. */
export const randomRule: SplitRule = (whole, rows, ratio, random) => {
  const shuffled = random.shuffle(rows.slice())
  const kept = new Uint8Array(whole.count)
  for (const row of shuffled.subarray(0, roundHalfEven(ratio * rows.length))) kept[row] = 1
  return cutByMark(rows, kept)
}

/** `random-user`: the same share of every user's ratings, rounded half to even. */
export const randomUserRule: SplitRule = (whole, rows, ratio, random) =>
  cutByMark(rows, markShareOfGroups(whole.user, whole.users.size, rows, ratio, random))

/** `random-item`: the same share of every item's ratings (stratified by item), rounded half to even. */
export const randomItemRule: SplitRule = (whole, rows, ratio, random) =>
  cutByMark(rows, markShareOfGroups(whole.item, whole.items.size, rows, ratio, random))

function markShareOfGroups(
  keys: Int32Array,
  keyCount: number,
  rows: Int32Array,
  ratio: number,
  random: Parameters<SplitRule>[3],
): Uint8Array {
  const { offsets, members } = groupRows(keys, keyCount, rows)
  const kept = new Uint8Array(keys.length)
  for (let g = 0; g < keyCount; g++) {
    const group = random.shuffle(members.subarray(offsets[g]!, offsets[g + 1]!))
    for (const row of group.subarray(0, roundHalfEven(ratio * group.length))) kept[row] = 1
  }
  return kept
}
