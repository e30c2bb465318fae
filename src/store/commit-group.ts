import type { LogEntry } from './writes/feedback.ts'

/** An event that has not been received yet: its time, where it has none, is that of its reception. */
export type Draft = Omit<LogEntry, 'time' | 'received'> & { readonly time: string | null }

/** One call's events as they were written, `first` being the seq of the first of them. */
export interface Written {
  readonly first: number
  readonly entries: readonly LogEntry[]
}

interface Call {
  readonly drafts: readonly Draft[]
  readonly resolve: (written: Written) => void
  readonly reject: (error: unknown) => void
}

/** Events that one transaction carries at most; what has gathered beyond that goes into the next. */
const mostEvents = 5000

/**
 * Grouped commits: one transaction at a time, and the calls that arrive while it waits for the disk go into the next one
 * together. A write thus waits for two flushes of the disk at most, however many come at once.
 */
export class CommitGroup {
  private readonly commit: (entries: readonly LogEntry[]) => Promise<number>
  private waiting: Call[] = []
  private running = false
  private latest: Promise<unknown> = Promise.resolve()

  /** `commit` writes all of its events or none and gives the seq of the first. */
  constructor(commit: (entries: readonly LogEntry[]) => Promise<number>) {
    this.commit = commit
  }

  add(drafts: readonly Draft[]): Promise<Written> {
    const written = new Promise<Written>((resolve, reject) => {
      this.waiting.push({ drafts, resolve, reject })
    })
    this.latest = written.catch(() => {})
    if (!this.running) void this.drain()
    return written
  }

  /** Resolves when all that has been added until now is written or refused. */
  async settled(): Promise<void> {
    await this.latest
  }

  private async drain(): Promise<void> {
    this.running = true
    // Calls of the same turn of the event loop share already the first commit.
    await Promise.resolve()
    while (this.waiting.length > 0) await this.writeGroup(this.takeGroup())
    this.running = false
  }

  private takeGroup(): Call[] {
    let events = 0
    let calls = 0
    do events += this.waiting[calls++]!.drafts.length
    while (calls < this.waiting.length && events + this.waiting[calls]!.drafts.length <= mostEvents)
    return this.waiting.splice(0, calls)
  }

  private async writeGroup(calls: readonly Call[]): Promise<void> {
    const received = new Date().toISOString()
    const parts = calls.map(({ drafts }) =>
      drafts.map((draft) => ({ ...draft, time: draft.time ?? received, received })),
    )
    try {
      let first = await this.commit(parts.flat())
      calls.forEach(({ resolve }, k) => {
        const entries = parts[k]!
        resolve({ first, entries })
        first += entries.length
      })
    } catch (error) {
      for (const { reject } of calls) reject(error)
    }
  }
}
