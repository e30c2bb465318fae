import pino, { type DestinationStream, type Logger } from 'pino'
import { MarqueeError } from '../../core/errors.ts'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * JSON lines without personal data: routes by their operation id, never by their path; no query, body, key or address.
 * Without a destination: standard error, written in blocks; `flush` when ending.
 */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ dest: 2, sync: false, minLength: 4096, periodicFlush: 500 }),
  )
}

/** What a log line says of an error: its kind and where it arose. Messages may quote what a caller sent: only at debug. */
export function errorFields(error: unknown, log: Logger): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error }
  const { name, message, stack = '' } = error
  const code = (error as { code?: unknown }).code
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line))
  return {
    error: name,
    ...(typeof code === 'string' && { code }),
    ...(log.isLevelEnabled('debug') && { message }),
    ...(!(error instanceof MarqueeError) && { at: frames.slice(0, 12).map((line) => line.trim()) }),
    ...(error.cause instanceof Error && { cause: errorFields(error.cause, log) }),
  }
}
