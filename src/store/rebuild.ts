import { sql } from 'kysely'
import type { Database } from './tables.ts'

/**
 * Makes current_feedback anew from the log: of every (user, item, kind) the latest event, unless it is a deletion;
 * impressions never. What `append` keeps up to date must always equal this.
 */
export async function rebuildCurrent(db: Database): Promise<void> {
  await sql`delete from current_feedback`.execute(db)
  await sql`
    insert into current_feedback
      (user_id, item_id, kind, seq, value, time, received, context, recommendation)
    select user_id, item_id, kind, seq, value, time, received, context, recommendation
    from (
      select events.*, row_number() over (partition by user_id, item_id, kind order by seq desc) as age
      from events where kind <> 'impression'
    ) as latest
    where age = 1 and action = 'put'`.execute(db)
}
