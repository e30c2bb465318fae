/** What a command may touch of the world; tests give their own. */
export interface Io {
  /** Results. */
  readonly stdout: (text: string) => void
  /** Progress, notes and errors. */
  readonly stderr: (text: string) => void
  /** Standard error is a terminal: progress is drawn, not logged. */
  readonly tty: boolean
  /** Standard output may carry bold text. */
  readonly colour: boolean
  readonly columns: number
  /** Raised by the first Ctrl-C. */
  readonly signal: AbortSignal
  /** What is said at the first Ctrl-C from now on, instead of "stopping at the next clean point". */
  readonly atInterrupt?: (text: string) => void
}

/** Bold on a terminal, plain elsewhere and under NO_COLOR. */
export const bold = (io: Io, text: string): string => (io.colour ? `\x1b[1m${text}\x1b[22m` : text)

/** Seconds since an earlier performance.now(), to the millisecond. */
export const secondsSince = (start: number): number => Math.round(performance.now() - start) / 1000
