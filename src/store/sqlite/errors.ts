import { MarqueeError } from '../../core/errors.ts'

/** The contract's error for one of SQLite's; everything else as it is. */
export function explainSqlite(error: unknown, path: string): unknown {
  const code = sqliteCode(error)
  if (code === null) return error
  const message = (error as Error).message
  const make = (kind: string, what: string, remedy: string): MarqueeError =>
    new MarqueeError(kind, `${what} (${message})`, { place: path, remedy, cause: error })
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE' || code.startsWith('ENOSPC')) {
    return make('store-full', 'there is no room left and nothing was written', 'Free some space and try again.')
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED') || code === 'SQLITE_PROTOCOL') {
    return make(
      'store-busy',
      'another program has locked the store for too long',
      'Try again; if it stays so, end the other program.',
    )
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_FORMAT') {
    return make(
      'store-broken',
      'the file is no sound SQLite database',
      'Put a backup in its place, or save what can be read with sqlite3 FILE ".recover".',
    )
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return make('store-broken', 'the disk could not be read or written', 'Check the disk and the file system.')
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_PERM')) {
    return make(
      'cannot-open',
      'the store cannot be opened for writing',
      'Check that its folder exists and that the file and the folder may be written to.',
    )
  }
  return error
}

function sqliteCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' && /^(SQLITE_|ENOSPC)/.test(code) ? code : null
}

/** Locked for now: worth another try. */
export const isBusy = (error: unknown): boolean => error instanceof MarqueeError && error.code === 'store-busy'
