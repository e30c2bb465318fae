import { MarqueeError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import { type Cut, cutByMark } from './rows.ts'

/** `kfold`: the rows, shuffled, in `folds` parts whose sizes differ by at most one; `fold` (from 1) is cut out. */
export function foldCut(rows: Int32Array, folds: number, fold: number, random: Random): Cut {
  if (folds > rows.length) {
    throw new MarqueeError('bad-split', `${rows.length} ratings cannot be divided into ${folds} folds`, {
      place: '--split kfold',
    })
  }
  const kept = new Uint8Array(rows.length)
  const positions = Int32Array.from({ length: rows.length }, (_, k) => k)
  random.shuffle(positions)
  for (let k = 0; k < positions.length; k++) kept[positions[k]!] = k % folds === fold - 1 ? 0 : 1
  const all = Int32Array.from({ length: rows.length }, (_, k) => k)
  const { kept: stay, cut } = cutByMark(all, kept)
  return { kept: stay.map((k) => rows[k]!), cut: cut.map((k) => rows[k]!) }
}
