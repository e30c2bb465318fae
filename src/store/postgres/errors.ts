import { MarqueeError } from '../../core/errors.ts'

/** Gone or not to be reached: nothing is known to be wrong but the connection. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code = '' } = error as NodeJS.ErrnoException
  // 08: connection; 57P01 to 57P03: shutting down, crashed, starting; 53300: too many connections.
  if (/^(08...|57P0[123]|53300)$/.test(code)) return true
  if (/^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|EAI_AGAIN|ENOENT)$/.test(code))
    return true
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Postgres connection has been discarded)/.test(
    error.message,
  )
}

/** Taken back by PostgreSQL because of what others did at the same time: worth another try. */
export const isConflict = (error: unknown): boolean =>
  error instanceof Error && /^(40001|40P01)$/.test((error as NodeJS.ErrnoException).code ?? '')

/** The contract's error for one of PostgreSQL's or of the connection's; everything else as it is. */
export function explainPostgres(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || error instanceof MarqueeError) return error
  const { code = '' } = error as NodeJS.ErrnoException
  const make = (kind: string, what: string, remedy: string): MarqueeError =>
    new MarqueeError(kind, `${what} (${error.message})`, { place, remedy, cause: error })
  if (isAway(error)) return make('store-busy', 'PostgreSQL cannot be reached', 'Try again; check that it runs.')
  // Lock timeout, statement timeout, out of memory.
  if (isConflict(error) || /^(55P03|57014|53200|53400)$/.test(code)) {
    return make('store-busy', 'PostgreSQL is too busy and nothing was written', 'Try again.')
  }
  if (code === '53100') {
    return make(
      'store-full',
      "PostgreSQL's disk is full and nothing was written",
      'Free some space there and try again.',
    )
  }
  if (/^(XX001|XX002|58030)$/.test(code)) {
    return make('store-broken', "PostgreSQL's files are damaged", 'Restore a backup.')
  }
  if (code === '3D000') return make('no-store', 'there is no such database', 'Make it with createdb.')
  if (code === 'ENOTFOUND') return make('cannot-open', 'there is no such host', 'Check the address.')
  if (/^(28...|42501)$/.test(code)) {
    return make('cannot-open', 'PostgreSQL refuses', 'Check user and password, and that the user may create a schema.')
  }
  return error
}
