import type { FeedbackKind, VariantReport } from '../store.ts'
import type { Database } from '../tables.ts'
import { byKind } from './counts.ts'

interface Tally {
  readonly kinds: { kind: FeedbackKind; count: number }[]
  readonly users: Set<string>
  ratings: number
  sum: number
}

/** Each variant's harvest since the traffic in force began; `db` is a snapshot. */
export async function readReport(
  db: Database,
  versionOf: (recommendation: string) => string | null,
): Promise<VariantReport[]> {
  const traffic = await db.selectFrom('traffic').select('since').executeTakeFirst()
  if (!traffic) return []
  const variants = await db.selectFrom('traffic_variants').select(['version', 'served']).orderBy('position').execute()
  const tallies = new Map<string, Tally>()
  for (const { version } of variants) tallies.set(version, { kinds: [], users: new Set(), ratings: 0, sum: 0 })

  const current = db
    .selectFrom('current_feedback')
    .select((eb) => [
      'recommendation',
      'user_id',
      'kind',
      eb.fn.countAll<number>().as('count'),
      eb.fn.sum<number | null>('value').as('sum'),
    ])
    .where('recommendation', 'is not', null)
    .where('received', '>=', traffic.since)
    .groupBy(['recommendation', 'user_id', 'kind'])
  // What has been seen is not among the current feedback: it is counted in the log.
  const seen = db
    .selectFrom('events')
    .select((eb) => [
      'recommendation',
      'user_id',
      'kind',
      eb.fn.countAll<number>().as('count'),
      eb.val<number | null>(null).as('sum'),
    ])
    .where('kind', '=', 'impression')
    .where('action', '=', 'put')
    .where('recommendation', 'is not', null)
    .where('received', '>=', traffic.since)
    .groupBy(['recommendation', 'user_id', 'kind'])

  for (const { recommendation, user_id, kind, count, sum } of [
    ...(await current.execute()),
    ...(await seen.execute()),
  ]) {
    const tally = tallies.get(versionOf(recommendation!) ?? '')
    if (!tally) continue
    tally.kinds.push({ kind, count })
    tally.users.add(user_id)
    if (kind === 'rating') {
      tally.ratings += count
      tally.sum += sum ?? 0
    }
  }
  return variants.map(({ version, served }) => {
    const { kinds, users, ratings, sum } = tallies.get(version)!
    const meanRating = ratings > 0 ? sum / ratings : null
    return { version, served, users: users.size, feedback: byKind(kinds), meanRating }
  })
}
