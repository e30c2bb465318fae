import { checkFeedback, checkId, checkTraffic, checkWhole } from './checks.ts'
import { CommitGroup } from './commit-group.ts'
import type { Engine } from './engine.ts'
import { exportLines } from './export.ts'
import { importLines } from './import.ts'
import { readCounts } from './reads/counts.ts'
import { type CurrentRating, readCurrent, readEvents, readProfile, readRatings } from './reads/feedback.ts'
import * as lists from './reads/lists.ts'
import { readReport } from './reads/report.ts'
import { answerRow, eventOf, keyRow, modelRow, movieRow, studyRow, userRow } from './rows.ts'
import type * as contract from './store.ts'
import type { Database } from './tables.ts'

/** Ratings that `ratings()` gives at once. */
const ratingsInBlock = 5000

const now = (): string => new Date().toISOString()

/** The contract over a database: checks what comes in, and says which reads are short and which are long. */
export class SqlStore implements contract.Store {
  readonly name: string
  private readonly engine: Engine
  private readonly group: CommitGroup

  constructor(engine: Engine) {
    this.engine = engine
    this.name = engine.name
    this.group = new CommitGroup((entries) => engine.write('append', entries))
  }

  async putUser(user: Parameters<contract.Store['putUser']>[0]): Promise<contract.StoredUser> {
    const row = userRow({ id: user.id, created: now(), attributes: user.attributes ?? {} })
    return this.engine.write('putUser', row, user.attributes !== undefined)
  }

  async user(id: string): Promise<contract.StoredUser | null> {
    checkId(id, 'user')
    return this.engine.read((db) => lists.readUser(db, id))
  }

  users(page: contract.PageOptions = {}): Promise<contract.Page<contract.StoredUser>> {
    return this.engine.read((db) => lists.readUsers(db, page))
  }

  async exportUser(id: string): Promise<contract.UserExport | null> {
    checkId(id, 'user')
    return this.long((db) => lists.readUserExport(db, id))
  }

  async eraseUser(id: string): Promise<contract.ErasedUser | null> {
    checkId(id, 'user')
    // Events that are on their way would otherwise bring the user back.
    await this.group.settled()
    const erased = await this.engine.write('eraseUser', id)
    if (erased) await this.engine.scrub()
    return erased
  }

  async putMovies(movies: readonly contract.StoredMovie[]): Promise<void> {
    if (movies.length > 0) await this.engine.write('putMovies', movies.map(movieRow))
  }

  async movie(id: string): Promise<contract.StoredMovie | null> {
    checkId(id, 'movie')
    return this.engine.read((db) => lists.readMovie(db, id))
  }

  movies(page: contract.PageOptions = {}): Promise<contract.Page<contract.StoredMovie>> {
    return this.engine.read((db) => lists.readMovies(db, page))
  }

  async append(events: readonly contract.NewFeedback[]): Promise<readonly contract.FeedbackEvent[]> {
    const drafts = events.map((event, k) => checkFeedback(event, `feedback[${k}]`))
    if (drafts.length === 0) return []
    const { first, entries } = await this.group.add(drafts)
    return entries.map((entry, k) => eventOf({ ...entry, seq: first + k }))
  }

  events(filter: contract.FeedbackFilter & { readonly after?: number } = {}) {
    return this.engine.read((db) => readEvents(db, filter))
  }

  current(filter: contract.FeedbackFilter = {}): Promise<contract.Page<contract.FeedbackEvent>> {
    return this.engine.read((db) => readCurrent(db, filter))
  }

  async profile(user: string): Promise<readonly contract.FeedbackEvent[]> {
    checkId(user, 'user')
    return this.engine.read((db) => readProfile(db, user))
  }

  async *ratings(): AsyncGenerator<CurrentRating[]> {
    yield* this.longLines((db) => readRatings(db, ratingsInBlock))
  }

  async putModel(model: contract.StoredModel): Promise<void> {
    await this.engine.write('putModel', modelRow(model))
  }

  models(): Promise<readonly contract.StoredModel[]> {
    return this.engine.read(lists.readModels)
  }

  async removeModel(version: string): Promise<void> {
    await this.engine.write('removeModel', checkId(version, 'version'))
  }

  traffic(): Promise<contract.Traffic | null> {
    return this.engine.read(lists.readTraffic)
  }

  async setTraffic(traffic: contract.Traffic): Promise<void> {
    await this.engine.write('setTraffic', checkTraffic(traffic))
  }

  async countServed(served: Readonly<Record<string, number>>): Promise<void> {
    for (const [version, count] of Object.entries(served))
      checkWhole(count, 0, `served by ${checkId(version, 'version')}`)
    await this.engine.write('countServed', served)
  }

  report(versionOf: (recommendation: string) => string | null): Promise<readonly contract.VariantReport[]> {
    return this.long((db) => readReport(db, versionOf))
  }

  async putStudy(study: contract.StoredStudy): Promise<void> {
    await this.engine.write('putStudy', studyRow(study))
  }

  studies(): Promise<readonly contract.StoredStudy[]> {
    return this.engine.read(lists.readStudies)
  }

  async addAnswer(answer: Omit<contract.StoredAnswer, 'received'>): Promise<contract.StoredAnswer> {
    const stored = { ...answer, received: now() }
    await this.engine.write('addAnswer', answerRow(stored))
    return stored
  }

  async answers(study: string): Promise<readonly contract.StoredAnswer[]> {
    checkId(study, 'study')
    return this.engine.read((db) => lists.readAnswers(db, study))
  }

  async putKey(key: contract.StoredKey): Promise<void> {
    await this.engine.write('putKey', keyRow(key))
  }

  keys(): Promise<readonly contract.StoredKey[]> {
    return this.engine.read(lists.readKeys)
  }

  async revokeKey(id: string): Promise<void> {
    await this.engine.write('revokeKey', checkId(id, 'key'), now())
  }

  async sharedSecret(name: string, offered: Buffer): Promise<Buffer> {
    checkId(name, 'secret')
    const kept = await this.engine.read((db) => lists.readSecret(db, name))
    const text = kept ?? (await this.engine.write('shareSecret', name, offered.toString('base64')))
    return Buffer.from(text, 'base64')
  }

  counts(): Promise<contract.StoreCounts> {
    return this.long(readCounts)
  }

  async *export(): AsyncGenerator<contract.ExportLine> {
    yield* this.longLines((db) => exportLines(db))
  }

  import(lines: AsyncIterable<contract.ExportLine>): Promise<contract.StoreCounts> {
    return importLines(this.engine, lines)
  }

  async ping(): Promise<void> {
    await this.engine.read((db) => db.selectFrom('log_position').select('last_seq').execute())
  }

  async close(): Promise<void> {
    await this.group.settled()
    await this.engine.close()
  }

  /** A long read, of one moment. */
  private async long<T>(work: (db: Database) => Promise<T>): Promise<T> {
    const session = await this.engine.snapshot()
    try {
      return await work(session.db)
    } catch (error) {
      throw this.engine.explain(error)
    } finally {
      await session.rollback().catch(() => {})
    }
  }

  /** The same, as it is read: the session ends when the reader has enough. */
  private async *longLines<T>(work: (db: Database) => AsyncIterable<T>): AsyncGenerator<T> {
    const session = await this.engine.snapshot()
    try {
      yield* work(session.db)
    } catch (error) {
      throw this.engine.explain(error)
    } finally {
      await session.rollback().catch(() => {})
    }
  }
}
