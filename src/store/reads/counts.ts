import type { FeedbackKind, StoreCounts } from '../store.ts'
import { feedbackKinds } from '../store.ts'
import type { Database, Tables } from '../tables.ts'

/** A figure for every kind, from those that are there. */
export function byKind(rows: readonly { readonly kind: FeedbackKind; readonly count: number }[]) {
  const counts = Object.fromEntries(feedbackKinds.map((kind) => [kind, 0])) as Record<FeedbackKind, number>
  for (const { kind, count } of rows) counts[kind] += count
  return counts
}

export async function readCounts(db: Database): Promise<StoreCounts> {
  const count = async (table: keyof Tables): Promise<number> => {
    const { total } = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow()
    return total
  }
  const events = await db
    .selectFrom('events')
    .select((eb) => ['kind', eb.fn.countAll<number>().as('count')])
    .groupBy('kind')
    .execute()
  const { ratings } = await db
    .selectFrom('current_feedback')
    .select((eb) => eb.fn.countAll<number>().as('ratings'))
    .where('kind', '=', 'rating')
    .executeTakeFirstOrThrow()
  const { last_seq: lastSeq } = await db.selectFrom('log_position').select('last_seq').executeTakeFirstOrThrow()
  return {
    users: await count('users'),
    movies: await count('movies'),
    events: byKind(events),
    ratings,
    models: await count('models'),
    studies: await count('studies'),
    answers: await count('answers'),
    keys: await count('api_keys'),
    lastSeq,
  }
}
