import { MarqueeError } from '../../core/errors.ts'
import type { SqliteThread } from './thread.ts'

/** Milliseconds without a write that count as quiet. */
const standardQuiet = 2_000
/** So many quiet times until it is tried again. */
const again = 30
/** Bytes of the largest file that is written anew while the store is in use (some tenths of a second), and when it is closed. */
const mostVacuumed = { inUse: 64 * 2 ** 20, closing: 256 * 2 ** 20 }

/**
 * Removes what an erasure leaves on the disk. The rows themselves are overwritten by the erasure. Older pages in the write-ahead
 * log go at once, if no long read needs them; what SQLite left behind in the free part of pages goes with a VACUUM, for which
 * writes would have to wait: so in the first moment without any, else when the store is closed.
 */
export class Scrubber {
  private readonly writer: SqliteThread
  private readonly quiet: number
  private timer: NodeJS.Timeout | null = null
  private scrubbing: Promise<void> = Promise.resolve()
  private unscrubbed = false
  private closing = false
  private writing = 0
  private lastWrite = 0

  constructor(writer: SqliteThread, quiet = standardQuiet) {
    this.writer = writer
    this.quiet = quiet
  }

  /** Tells of a write. */
  async beside<T>(write: Promise<T>): Promise<T> {
    this.writing++
    try {
      return await write
    } finally {
      this.writing--
      this.lastWrite = performance.now()
    }
  }

  /** Somebody has been erased: resolves when the log has been emptied or could not be. */
  async erased(): Promise<void> {
    this.unscrubbed = true
    this.later(this.quiet)
    await this.attempt(() => this.writer.ask({ op: 'emptyLog' }))
  }

  async close(): Promise<void> {
    this.closing = true
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    await this.scrubbing
    if (this.unscrubbed) await this.scrub(mostVacuumed.closing)
  }

  private later(milliseconds: number): void {
    if (this.timer) return
    this.timer = setTimeout(() => {
      this.timer = null
      const rest = this.lastWrite + this.quiet - performance.now()
      if (this.writing > 0 || rest > 0) this.later(Math.max(rest, this.quiet / 4))
      else {
        this.scrubbing = this.scrub(mostVacuumed.inUse)
        this.scrubbing.catch(() => undefined)
      }
    }, milliseconds)
    this.timer.unref()
  }

  private async scrub(most: number): Promise<void> {
    this.unscrubbed = false
    const how = await this.attempt(() => this.writer.ask({ op: 'vacuum', most }))
    if (how === 'done') return
    this.unscrubbed = true
    // Locked, needed by a long read, or no room for it now.
    if (how !== 'too-large' && !this.closing) this.later(again * this.quiet)
  }

  /** The erasure itself has been committed, so what keeps its traces from being removed is no error of it. */
  private async attempt(work: () => Promise<unknown>): Promise<unknown> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof MarqueeError)) throw error
      return 'again'
    }
  }
}
