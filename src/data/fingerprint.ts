import { createHash } from 'node:crypto'
import type { Interactions } from './interactions.ts'

/** SHA-256 (hex) over ids, ratings and times in row order. Reads little-endian memory, as every platform of Node has. */
export function fingerprintOf(interactions: Interactions): string {
  const hash = createHash('sha256')
  for (const vocabulary of [interactions.users, interactions.items]) {
    hash.update(`${vocabulary.size}\n`)
    for (let from = 0; from < vocabulary.size; from += 4096) {
      const to = Math.min(from + 4096, vocabulary.size)
      const ids: string[] = []
      for (let k = from; k < to; k++) ids.push(JSON.stringify(vocabulary.id(k)))
      hash.update(`${ids.join('\n')}\n`)
    }
  }
  const { user, item, rating, timestamp } = interactions
  for (const column of [user, item, rating, timestamp]) {
    hash.update(column ? `${column.length}\n` : 'none\n')
    if (column) hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  }
  return hash.digest('hex')
}
