import { migrateOnce } from '../migrate.ts'
import { type ColumnTypes, migrations } from '../migrations.ts'
import type { Database } from '../tables.ts'
import { perform, type WriteName } from '../writes/index.ts'
import { Connection } from './connection.ts'
import { sqliteKysely } from './dialect.ts'
import type { ThreadData } from './messages.ts'

const types: ColumnTypes = { id: 'text', real: 'real', whole: 'integer', clustered: 'without rowid' }

/** The connection of the short writes: a transaction for each, taking the write lock at once. */
export class Writer {
  private readonly path: string
  private readonly patience: number
  private readonly connection: Connection
  private readonly db: Database

  constructor({ path, patience, maxPages }: ThreadData) {
    this.path = path
    this.patience = patience
    this.connection = new Connection(path, { timeout: patience })
    if (maxPages !== null) this.connection.handle.pragma(`max_page_count = ${maxPages}`)
    this.db = sqliteKysely(this.connection, 'begin immediate')
  }

  /** A transaction for each version, so that a step that fails leaves a sound store of the version before. */
  async migrate(): Promise<null> {
    let version = 0
    while (version < migrations.length) {
      version = await this.db.transaction().execute((db) => migrateOnce(db, types, this.path))
    }
    return null
  }

  write(name: WriteName, args: readonly unknown[]): Promise<unknown> {
    return this.db.transaction().execute((db) => perform(db, name, args))
  }

  /**
   * After an erasure, which `secure_delete` has overwritten the rows in: the write-ahead log, which has older pages, is written
   * back and emptied. Not waited for: a long read in another thread that needs the log would hold up every write. Whether it is empty.
   */
  emptyLog(): boolean {
    const { handle } = this.connection
    handle.pragma('busy_timeout = 0')
    try {
      const [{ busy }] = handle.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]
      return busy === 0
    } finally {
      handle.pragma(`busy_timeout = ${this.patience}`)
    }
  }

  /**
   * Writes the file anew, if it has at most so many bytes: copies of rows that SQLite left behind in the free part of a page, when
   * it moved rows to make room, go only so. Everything that wants to write waits meanwhile, some milliseconds for each MiB.
   * `again`: something is in the way.
   */
  vacuum(most: number): 'done' | 'again' | 'too-large' {
    const { handle } = this.connection
    const pages = handle.pragma('page_count', { simple: true }) as number
    const pageSize = handle.pragma('page_size', { simple: true }) as number
    if (pages * pageSize > most) return 'too-large'
    handle.exec('vacuum')
    return this.emptyLog() ? 'done' : 'again'
  }

  close(): void {
    this.connection.close()
  }
}
