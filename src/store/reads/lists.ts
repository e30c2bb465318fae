import { keyAfter, limitOf, pageOf } from '../cursor.ts'
import { readMentions, withoutUser } from '../mentions.ts'
import { answerOf, eventOf, keyOf, modelOf, movieOf, studyOf, userOf } from '../rows.ts'
import type {
  Page,
  PageOptions,
  StoredAnswer,
  StoredKey,
  StoredModel,
  StoredMovie,
  StoredStudy,
  StoredUser,
  Traffic,
  UserExport,
} from '../store.ts'
import type { Database } from '../tables.ts'

export async function readUsers(db: Database, page: PageOptions): Promise<Page<StoredUser>> {
  const limit = limitOf(page)
  const after = keyAfter<string>('users', page, 'string') ?? ''
  const query = db.selectFrom('users').selectAll().where('id', '>', after).orderBy('id')
  return pageOf('users', await query.limit(limit + 1).execute(), limit, ({ id }) => id, userOf)
}

export async function readUser(db: Database, id: string): Promise<StoredUser | null> {
  const row = await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? userOf(row) : null
}

export async function readUserExport(db: Database, id: string): Promise<UserExport | null> {
  const [row, mentions] = [await readUser(db, id), await readMentions(db, id)]
  const user = row ?? (mentions[0] ? { id, created: mentions[0].received, attributes: {} } : null)
  if (!user) return null
  const events = await db.selectFrom('events').selectAll().where('user_id', '=', id).orderBy('seq').execute()
  const answers = await db
    .selectFrom('answers')
    .selectAll()
    .where('participant', '=', id)
    .orderBy('study')
    .orderBy('number')
    .execute()
  return {
    user,
    events: events.map(eventOf),
    answers: answers
      .map(answerOf)
      .map((answer) => ({ ...answer, behind: withoutUser(answer.behind) as StoredAnswer['behind'] })),
    profiles: mentions.map(({ study, number, received }) => ({ study, number, received })),
  }
}

export async function readMovies(db: Database, page: PageOptions): Promise<Page<StoredMovie>> {
  const limit = limitOf(page)
  const after = keyAfter<string>('movies', page, 'string') ?? ''
  const query = db.selectFrom('movies').selectAll().where('id', '>', after).orderBy('id')
  return pageOf('movies', await query.limit(limit + 1).execute(), limit, ({ id }) => id, movieOf)
}

export async function readMovie(db: Database, id: string): Promise<StoredMovie | null> {
  const row = await db.selectFrom('movies').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? movieOf(row) : null
}

export async function readModels(db: Database): Promise<StoredModel[]> {
  const rows = await db.selectFrom('models').selectAll().orderBy('created').orderBy('version').execute()
  return rows.map(modelOf)
}

/** One query, so that another instance's change is seen whole or not at all. */
export async function readTraffic(db: Database): Promise<Traffic | null> {
  const rows = await db
    .selectFrom('traffic_variants')
    .innerJoin('traffic', (join) => join.onTrue())
    .select(['version', 'share', 'salt', 'since'])
    .orderBy('position')
    .execute()
  const [first] = rows
  if (!first) return null
  return {
    variants: rows.map(({ version, share }) => ({ version, share })),
    salt: first.salt,
    since: first.since,
  }
}

export async function readStudies(db: Database): Promise<StoredStudy[]> {
  return (await db.selectFrom('studies').selectAll().orderBy('created').orderBy('id').execute()).map(studyOf)
}

export async function readAnswers(db: Database, study: string): Promise<StoredAnswer[]> {
  const rows = await db
    .selectFrom('answers')
    .selectAll()
    .where('study', '=', study)
    .orderBy('received')
    .orderBy('participant')
    .orderBy('number')
    .execute()
  return rows.map(answerOf)
}

export async function readKeys(db: Database): Promise<StoredKey[]> {
  return (await db.selectFrom('api_keys').selectAll().orderBy('created').orderBy('id').execute()).map(keyOf)
}

export async function readSecret(db: Database, name: string): Promise<string | null> {
  return (await db.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirst())?.value ?? null
}
