import type { Database } from '../tables.ts'

/**
 * Takes the next `count` places of the log; gives the first. The row stays locked until the transaction ends, so that a
 * higher seq is never visible before a lower one, whichever instance writes, and writers cannot wait for each other in a ring.
 */
export async function reserve(db: Database, count: number): Promise<number> {
  const { last_seq } = await db
    .updateTable('log_position')
    .set((eb) => ({ last_seq: eb('last_seq', '+', count) }))
    .returning('last_seq')
    .executeTakeFirstOrThrow()
  return last_seq - count + 1
}
