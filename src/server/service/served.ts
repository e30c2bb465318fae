import type { Store } from '../../store/store.ts'
import type { ServiceEvent } from './service.ts'

/** Milliseconds between two writes. */
const every = 5_000

/** Lists served by version: counted in memory, so that reading writes nothing, and added to the store now and then. */
export class ServedCounts {
  private readonly store: Store
  private readonly emit: (event: ServiceEvent) => void
  private readonly all = new Map<string, number>()
  private gathered = new Map<string, number>()
  private readonly timer: NodeJS.Timeout
  private flushing: Promise<void> = Promise.resolve()

  constructor(store: Store, emit: (event: ServiceEvent) => void) {
    this.store = store
    this.emit = emit
    this.timer = setInterval(() => void this.flush(), every)
    this.timer.unref()
  }

  count(version: string): void {
    this.all.set(version, (this.all.get(version) ?? 0) + 1)
    this.gathered.set(version, (this.gathered.get(version) ?? 0) + 1)
  }

  /** Since the start. */
  total(): Record<string, number> {
    return Object.fromEntries(this.all)
  }

  /** What cannot be written now is written with the next. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(async () => {
      if (this.gathered.size === 0) return
      const now = this.gathered
      this.gathered = new Map()
      try {
        await this.store.countServed(Object.fromEntries(now))
      } catch (error) {
        for (const [version, count] of now) this.gathered.set(version, (this.gathered.get(version) ?? 0) + count)
        this.emit({ level: 'warn', event: 'served-not-counted', fields: {}, error })
      }
    })
    return this.flushing
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.flush()
  }
}
