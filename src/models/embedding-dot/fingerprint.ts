import type { Interactions } from '../../data/interactions.ts'

/** What must agree between a checkpoint and the run that goes on from it, as JSON: settings and data. */
export function fingerprintOf(
  settings: Readonly<Record<string, unknown>>,
  train: Interactions,
  validation: Interactions | undefined,
): string {
  // Patience decides when to stop, not what is learnt; more epochs may be asked for on resuming.
  const { epochs: _, patience: __, ...rest } = settings
  return JSON.stringify({ ...rest, train: hashOf(train), validation: validation ? hashOf(validation) : null })
}

/** FNV-1a over the columns, a word at a time. */
function hashOf({ user, item, rating, users, items }: Interactions): string {
  let hash = 0x811c9dc5
  const bits = new Int32Array(rating.buffer, rating.byteOffset, rating.length)
  for (const column of [user, item, bits]) {
    for (let k = 0; k < column.length; k++) hash = Math.imul(hash ^ column[k]!, 0x01000193)
  }
  return `${rating.length} ratings, ${users.size} x ${items.size}, ${(hash >>> 0).toString(16)}`
}
