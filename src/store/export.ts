import type { SelectQueryBuilder } from 'kysely'
import { packageVersion } from '../catalogue/artefact.ts'
import { readTraffic } from './reads/lists.ts'
import { answerOf, eventOf, keyOf, modelOf, movieOf, studyOf, userOf } from './rows.ts'
import type { ExportLine } from './store.ts'
import type { Database, Tables } from './tables.ts'

/** Rows read at once. */
const page = 1000

/** Everything, in an order that an import can follow: what is named comes before what names it. `db` is a snapshot. */
export async function* exportLines(db: Database): AsyncGenerator<ExportLine> {
  let lines = 1
  const { last_seq: lastSeq } = await db.selectFrom('log_position').select('last_seq').executeTakeFirstOrThrow()
  yield { type: 'header', format: 1, created: new Date().toISOString(), marquee: packageVersion(), lastSeq }
  for await (const line of body(db)) {
    lines++
    yield line
  }
  yield { type: 'footer', lines: lines + 1 }
}

async function* body(db: Database): AsyncGenerator<ExportLine> {
  for await (const row of byKey(db, 'users', 'id', '')) yield { type: 'user', value: userOf(row) }
  for await (const row of byKey(db, 'movies', 'id', '')) yield { type: 'movie', value: movieOf(row) }
  for await (const row of byKey(db, 'events', 'seq', 0)) yield { type: 'event', value: eventOf(row) }
  for await (const row of byKey(db, 'models', 'version', '')) yield { type: 'model', value: modelOf(row) }
  const traffic = await readTraffic(db)
  if (traffic) {
    const variants = await db.selectFrom('traffic_variants').select(['version', 'served']).orderBy('position').execute()
    yield { type: 'traffic', value: traffic }
    yield { type: 'served', value: Object.fromEntries(variants.map(({ version, served }) => [version, served])) }
  }
  for await (const row of byKey(db, 'studies', 'id', '')) {
    yield { type: 'study', value: studyOf(row) }
  }
  // Studies are small: an answer is a click of a person.
  const answers = await db
    .selectFrom('answers')
    .selectAll()
    .orderBy('study')
    .orderBy('participant')
    .orderBy('number')
    .execute()
  for (const row of answers) yield { type: 'answer', value: answerOf(row) }
  for await (const row of byKey(db, 'api_keys', 'id', '')) yield { type: 'key', value: keyOf(row) }
}

/** All rows of a table in the order of its key, a page at a time. */
async function* byKey<T extends keyof Tables, K extends keyof Tables[T] & string>(
  db: Database,
  table: T,
  key: K,
  before: Tables[T][K] & (string | number),
): AsyncGenerator<Tables[T]> {
  let last: unknown = before
  for (;;) {
    const from = db.selectFrom(table) as unknown as SelectQueryBuilder<Record<string, Tables[T]>, string, object>
    const rows = (await from
      .selectAll()
      .where(key as never, '>', last as never)
      .orderBy(key as never)
      .limit(page)
      .execute()) as Tables[T][]
    yield* rows
    if (rows.length < page) return
    last = rows.at(-1)![key]
  }
}
