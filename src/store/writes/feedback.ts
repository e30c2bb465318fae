import type { Database, EventRow } from '../tables.ts'
import { blocks } from './blocks.ts'
import { reserve } from './position.ts'
import { rememberUsers } from './users.ts'

/** An event before the log has given it its place. */
export type LogEntry = Omit<EventRow, 'seq'>

/** Puts events at the end of the log and brings the current feedback up to date. Gives the seq of the first of them. */
export async function append(db: Database, entries: readonly LogEntry[]): Promise<number> {
  const first = await reserve(db, entries.length)
  const rows = entries.map((entry, k) => ({ ...entry, seq: first + k }))
  await rememberUsers(db, rows, rows[0]!.received)
  for (const block of blocks(rows)) await db.insertInto('events').values(block).execute()
  await bringUpToDate(db, rows)
  return first
}

async function bringUpToDate(db: Database, rows: readonly EventRow[]): Promise<void> {
  // A statement cannot touch a row twice: of several events of one user, item and kind the last one counts.
  const latest = new Map<string, EventRow>()
  for (const row of rows) {
    if (row.kind !== 'impression') latest.set(JSON.stringify([row.user_id, row.item_id, row.kind]), row)
  }
  const puts = [...latest.values()].filter(({ action }) => action === 'put')
  for (const block of blocks(puts)) {
    await db
      .insertInto('current_feedback')
      .values(block.map(({ action: _, ...row }) => row))
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'item_id', 'kind']).doUpdateSet((eb) => ({
          seq: eb.ref('excluded.seq'),
          value: eb.ref('excluded.value'),
          time: eb.ref('excluded.time'),
          received: eb.ref('excluded.received'),
          context: eb.ref('excluded.context'),
          recommendation: eb.ref('excluded.recommendation'),
        })),
      )
      .execute()
  }
  for (const { user_id, item_id, kind, action } of latest.values()) {
    if (action === 'put') continue
    await db
      .deleteFrom('current_feedback')
      .where('user_id', '=', user_id)
      .where('item_id', '=', item_id)
      .where('kind', '=', kind)
      .execute()
  }
}
