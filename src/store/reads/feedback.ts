import { sql } from 'kysely'
import { checkId, checkWhole } from '../checks.ts'
import { keyAfter, limitOf, pageOf } from '../cursor.ts'
import { currentOf, eventOf } from '../rows.ts'
import type { FeedbackEvent, FeedbackFilter, Page } from '../store.ts'
import type { Database } from '../tables.ts'

/** A page of the log, oldest first. */
export async function readEvents(
  db: Database,
  filter: FeedbackFilter & { readonly after?: number },
): Promise<Page<FeedbackEvent>> {
  const limit = limitOf(filter)
  const after = Math.max(keyAfter<number>('events', filter, 'number') ?? 0, checkWhole(filter.after ?? 0, 0, 'after'))
  const { user, item, kinds } = checkFilter(filter)
  if (kinds?.length === 0) return { entries: [], next: null }
  let query = db.selectFrom('events').selectAll().where('seq', '>', after).orderBy('seq')
  if (user !== undefined) query = query.where('user_id', '=', user)
  if (item !== undefined) query = query.where('item_id', '=', item)
  if (kinds !== undefined) query = query.where('kind', 'in', kinds)
  const rows = await query.limit(limit + 1).execute()
  return pageOf('events', rows, limit, ({ seq }) => seq, eventOf)
}

/** A page of what holds now, oldest first. */
export async function readCurrent(db: Database, filter: FeedbackFilter): Promise<Page<FeedbackEvent>> {
  const limit = limitOf(filter)
  const after = keyAfter<number>('current', filter, 'number') ?? 0
  const { user, item, kinds } = checkFilter(filter)
  if (kinds?.length === 0) return { entries: [], next: null }
  let query = db.selectFrom('current_feedback').selectAll().where('seq', '>', after).orderBy('seq')
  if (user !== undefined) query = query.where('user_id', '=', user)
  if (item !== undefined) query = query.where('item_id', '=', item)
  if (kinds !== undefined) query = query.where('kind', 'in', kinds)
  const rows = await query.limit(limit + 1).execute()
  return pageOf(
    'current',
    rows,
    limit,
    ({ seq }) => seq,
    (row) => currentOf(row),
  )
}

function checkFilter(filter: FeedbackFilter): FeedbackFilter {
  if (filter.user !== undefined) checkId(filter.user, 'user')
  if (filter.item !== undefined) checkId(filter.item, 'item')
  return filter
}

/** All current feedback of one user, oldest first: one range of the primary key. */
export async function readProfile(db: Database, user: string): Promise<FeedbackEvent[]> {
  const rows = await db.selectFrom('current_feedback').selectAll().where('user_id', '=', user).execute()
  return rows.sort((a, b) => a.seq - b.seq).map((row) => currentOf(row))
}

export interface CurrentRating {
  readonly user: string
  readonly item: string
  readonly value: number
  readonly time: string
}

/** Current ratings by user and item, in blocks; `db` is a snapshot. */
export async function* readRatings(db: Database, size: number): AsyncGenerator<CurrentRating[]> {
  let last: CurrentRating | undefined
  for (;;) {
    let query = db
      .selectFrom('current_feedback')
      .select(['user_id as user', 'item_id as item', sql<number>`value`.as('value'), 'time'])
      .where('kind', '=', 'rating')
      .orderBy('user_id')
      .orderBy('item_id')
      .limit(size)
    if (last) query = query.where(sql<boolean>`(user_id, item_id) > (${last.user}, ${last.item})`)
    const block = await query.execute()
    if (block.length > 0) yield block
    if (block.length < size) return
    last = block.at(-1)
  }
}
