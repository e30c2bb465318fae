import { CsvFile } from '../core/csv-file.ts'
import type { Interactions } from '../data/interactions.ts'
import type { RankedCase } from './protocols/ranked-case.ts'

/** Writes `user,item,rating,prediction` for every row of a part, in row order, with original ids. Throws `cannot-write`. */
export function writePredictions(path: string, part: Interactions, predictions: Float32Array): void {
  const file = new CsvFile(path, ['user', 'item', 'rating', 'prediction'])
  try {
    for (let row = 0; row < part.count; row++) {
      file.text(part.users.id(part.user[row]!))
      file.text(part.items.id(part.item[row]!))
      file.float(part.rating[row]!)
      file.float(predictions[row]!)
      file.endRow()
    }
    file.close()
  } finally {
    file.discard()
  }
}

/** A recommendations file, written case by case: `user,item,score,rank`, rank from 1, original ids. Throws `cannot-write`. */
export class RecommendationsFile {
  private readonly file: CsvFile
  private readonly part: Interactions
  private readonly k: number

  constructor(path: string, part: Interactions, k: number) {
    this.file = new CsvFile(path, ['user', 'item', 'score', 'rank'])
    this.part = part
    this.k = k
  }

  add({ user, list, scores }: RankedCase): void {
    const { users, items } = this.part
    for (let r = 0; r < Math.min(this.k, list.items.length); r++) {
      this.file.text(users.id(user))
      this.file.text(items.id(list.items[r]!))
      this.file.float(scores[r]!)
      this.file.integer(r + 1)
      this.file.endRow()
    }
  }

  /** Makes the file stand under its name. */
  close(): void {
    this.file.close()
  }

  /** Drops it; nothing happens after close(). */
  discard(): void {
    this.file.discard()
  }
}
