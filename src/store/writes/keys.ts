import { MarqueeError } from '../../core/errors.ts'
import type { Database, KeyRow } from '../tables.ts'

export async function putKey(db: Database, row: KeyRow): Promise<void> {
  const { id, ...rest } = row
  await db
    .insertInto('api_keys')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    .execute()
}

/** A key that has been revoked keeps its time. Throws `unknown-key`. */
export async function revokeKey(db: Database, id: string, time: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('api_keys')
    .set((eb) => ({ revoked: eb.fn.coalesce('revoked', eb.val(time)) }))
    .where('id', '=', id)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) return
  throw new MarqueeError('unknown-key', `there is no key ${JSON.stringify(id)}`, {
    place: 'keys',
    remedy: 'marquee keys list shows the ids.',
  })
}
