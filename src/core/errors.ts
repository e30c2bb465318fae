/** What went wrong, in a form that a command line, an HTTP problem body and a test can all read. */
export interface ErrorDetails {
  /** Where: a file and line, an option, a field. */
  readonly place?: string
  /** What the reader can do about it: one sentence. */
  readonly remedy?: string
  readonly cause?: unknown
}

/**
 * A mistake in the input or a state of the world (a broken file, an unknown movie, a full disk): never a bug of ours.
 * The command line prints its message alone, without a stack trace, and exits non-zero.
 */
export class MarqueeError extends Error {
  /** Stable, for machines: kebab-case, for example `unknown-item`. */
  readonly code: string
  readonly place: string | undefined
  readonly remedy: string | undefined

  /** `what` names the offending value; the message reads "place: what. remedy". */
  constructor(code: string, what: string, details: ErrorDetails = {}) {
    const { place, remedy, cause } = details
    const stop = /[.!?]$/.test(what) ? '' : '.'
    super(`${place === undefined ? '' : `${place}: `}${what}${stop}${remedy === undefined ? '' : ` ${remedy}`}`, {
      cause,
    })
    this.name = 'MarqueeError'
    this.code = code
    this.place = place
    this.remedy = remedy
  }
}

/** Raised when an AbortSignal stopped long work at a clean point; `resume` says how to go on, if one can. */
export class InterruptedError extends MarqueeError {
  constructor(what: string, details: ErrorDetails = {}) {
    super('interrupted', what, details)
    this.name = 'InterruptedError'
  }
}

/** Throws an InterruptedError if the signal has been raised. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new InterruptedError(`${what} was interrupted`)
}
