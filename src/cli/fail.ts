import { CommanderError } from 'commander'
import { InterruptedError, MarqueeError } from '../core/errors.ts'
import type { Io } from './io.ts'

/** The exit codes of every command. */
export const exitCodes = { done: 0, mistake: 1, usage: 2, bug: 70, interrupted: 130 } as const

/**
 * Says what went wrong and gives the exit code. A mistake of the user's is one line on standard error; anything else is
 * a bug and shows its stack. Under --json standard output gets one document too: {error: {code, message, place, remedy}}.
 */
export function fail(error: unknown, io: Io, json: boolean): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
  // `marquee data` alone: its help has been shown already.
  if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage
  const { code, text, exit, place = null, remedy = null } = describe(error)
  if (json) io.stdout(`${JSON.stringify({ error: { code, message: text, place, remedy } }, null, 2)}\n`)
  io.stderr(`error: ${text}\n`)
  if (exit === exitCodes.bug) {
    if (error instanceof Error && error.stack) io.stderr(`${error.stack}\n`)
    io.stderr('This is a bug in Marquee: please report it with the command and the lines above.\n')
  }
  return exit
}

function describe(error: unknown): {
  code: string
  text: string
  exit: number
  place?: string | undefined
  remedy?: string | undefined
} {
  if (error instanceof CommanderError) {
    const text = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
    return { code: 'usage', text, exit: exitCodes.usage }
  }
  if (error instanceof MarqueeError) {
    const exit = error instanceof InterruptedError ? exitCodes.interrupted : exitCodes.mistake
    return { code: error.code, text: error.message, exit, place: error.place, remedy: error.remedy }
  }
  return { code: 'bug', text: error instanceof Error ? error.message : String(error), exit: exitCodes.bug }
}
