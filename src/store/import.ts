import * as z from 'zod'
import { MarqueeError } from '../core/errors.ts'
import { checkFeedback, checkTime, checkTraffic } from './checks.ts'
import type { Engine } from './engine.ts'
import { exportLine } from './line-format.ts'
import { readCounts } from './reads/counts.ts'
import { rebuildCurrent } from './rebuild.ts'
import { answerRow, keyRow, modelRow, movieRow, studyRow, userRow } from './rows.ts'
import type { ExportLine, FeedbackEvent, StoreCounts } from './store.ts'
import type { Database, EventRow, Tables } from './tables.ts'
import { countServed, setTraffic } from './writes/models.ts'
import { reserve } from './writes/position.ts'

/** Rows written by one statement. */
const rowsInBlock = 500

/** Reads an export into an empty store, in one transaction. Throws `not-empty`, and `bad-export` naming the line. */
export async function importLines(engine: Engine, lines: AsyncIterable<ExportLine>): Promise<StoreCounts> {
  const session = await engine.exclusive()
  try {
    // Nobody else writes feedback until this is over.
    await reserve(session.db, 0)
    await requireEmpty(session.db, engine.name)
    const lastSeq = await fill(session.db, lines, (error) => engine.explain(error))
    await rebuildCurrent(session.db)
    await session.db.updateTable('log_position').set({ last_seq: lastSeq }).execute()
    const counts = await readCounts(session.db)
    await session.commit()
    return counts
  } catch (error) {
    await session.rollback().catch(() => {})
    throw engine.explain(error)
  }
}

async function requireEmpty(db: Database, place: string): Promise<void> {
  const { events: _, lastSeq, ...counts } = await readCounts(db)
  const [table] = Object.entries({ ...counts, events: lastSeq }).find(([, count]) => count > 0) ?? []
  if (table === undefined) return
  throw new MarqueeError('not-empty', `there are ${table} in it`, {
    place,
    remedy: 'Import into a new store: name a file that does not exist yet, or an empty database.',
  })
}

/** Writes the lines; gives the highest seq. */
async function fill(
  db: Database,
  lines: AsyncIterable<ExportLine>,
  explain: (error: unknown) => unknown,
): Promise<number> {
  const block = new Block(db)
  let number = 0
  let lastSeq: number | null = null
  let seq = 0
  let ended = false
  for await (const given of lines) {
    number++
    try {
      const line = parse(given)
      if (ended) throw new Error('it stands after the footer')
      if ((line.type === 'header') !== (number === 1)) throw new Error('the header is the first line, once')
      if (line.type === 'header') lastSeq = line.lastSeq
      else if (line.type === 'footer') {
        if (line.lines !== number) throw new Error(`the footer counts ${line.lines} lines`)
        await block.flush()
        ended = true
      } else {
        if (line.type === 'event') {
          if (line.value.seq <= seq) throw new Error(`seq ${line.value.seq} comes after ${seq}`)
          seq = line.value.seq
        }
        await write(db, block, line)
      }
    } catch (error) {
      throw badLine(number, explain(error))
    }
  }
  if (!ended || lastSeq === null) throw badLine(number + 1, new Error('the export ends without a footer'))
  return Math.max(lastSeq, seq)
}

function parse(given: ExportLine): ExportLine {
  const { success, data, error } = exportLine.safeParse(given)
  if (success) return data as ExportLine
  throw new Error(z.prettifyError(error).replaceAll('\n', ' '))
}

async function write(db: Database, block: Block, line: ExportLine): Promise<void> {
  if (line.type === 'user') return block.add('users', userRow(line.value))
  if (line.type === 'movie') return block.add('movies', movieRow(line.value))
  if (line.type === 'event') return block.add('events', eventRow(line.value))
  if (line.type === 'model') return block.add('models', modelRow(line.value))
  if (line.type === 'study') return block.add('studies', studyRow(line.value))
  if (line.type === 'answer') return block.add('answers', answerRow(line.value))
  if (line.type === 'key') return block.add('api_keys', keyRow(line.value))
  await block.flush()
  if (line.type === 'traffic') await setTraffic(db, checkTraffic(line.value))
  if (line.type === 'served') await countServed(db, line.value)
}

function eventRow(event: FeedbackEvent): EventRow {
  const draft = checkFeedback(event, 'event')
  return {
    ...draft,
    seq: event.seq,
    time: draft.time ?? checkTime(event.time, 'time'),
    received: checkTime(event.received, 'received'),
  }
}

/** Rows of one table, gathered for one statement. */
class Block {
  private readonly db: Database
  private table: keyof Tables = 'users'
  private rows: object[] = []

  constructor(db: Database) {
    this.db = db
  }

  async add<T extends keyof Tables>(table: T, row: Tables[T] & object): Promise<void> {
    if (table !== this.table || this.rows.length === rowsInBlock) await this.flush()
    this.table = table
    this.rows.push(row)
  }

  async flush(): Promise<void> {
    const { rows } = this
    this.rows = []
    if (rows.length > 0)
      await this.db
        .insertInto(this.table)
        .values(rows as never)
        .execute()
  }
}

/** A full disk or a lost connection is no fault of the export. */
function badLine(number: number, error: unknown): Error {
  if (error instanceof MarqueeError && /^store-|^(no-file|bad-export|interrupted)$/.test(error.code)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new MarqueeError('bad-export', message, {
    place: `line ${number}`,
    remedy: 'Nothing was imported; export again.',
    cause: error,
  })
}
