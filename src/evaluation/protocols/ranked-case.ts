import type { Ground } from '../ground.ts'
import type { RankedList } from '../metrics/definition.ts'
import type { WorkOptions } from '../predictions.ts'

/** One ranked list on its way to the metrics. */
export interface RankedCase {
  readonly user: number
  /** The row of the part, where a case is one positive; null where it is a user. */
  readonly row: number | null
  readonly list: RankedList
  /** The scores of the list's items. */
  readonly scores: Float32Array
  /** Scores of all relevant and all other candidates, for AUC; valid only while the case is visited. */
  readonly sides: () => { readonly positives: Float32Array; readonly negatives: Float32Array }
}

/** What a protocol is told besides its own settings. */
export interface RankingTask extends WorkOptions {
  readonly ground: Ground
  /** How long the lists must be. */
  readonly depth: number
  /** Called for every case in turn, users ascending. */
  readonly visit: (ranked: RankedCase) => void
}

/** What became of the rows; see EvaluationCounts. */
export interface RankingCounts {
  droppedUnknownUser: number
  droppedUnknownItem: number
  droppedSeen: number
  notRelevant: number
  positives: number
  lists: number
  candidates: number
  rankedPairs: number
}

export function noCounts(): RankingCounts {
  return {
    droppedUnknownUser: 0,
    droppedUnknownItem: 0,
    droppedSeen: 0,
    notRelevant: 0,
    positives: 0,
    lists: 0,
    candidates: 0,
    rankedPairs: 0,
  }
}

/** Groups of users whose scores fit in the given bytes, at least one user each. */
export function* userBlocks(users: Int32Array, items: number, bytes: number): Generator<Int32Array> {
  const size = Math.max(1, Math.floor(bytes / (4 * Math.max(1, items))))
  for (let from = 0; from < users.length; from += size) yield users.subarray(from, from + size)
}
