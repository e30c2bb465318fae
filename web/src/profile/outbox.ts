import type { FeedbackKind, NewFeedback } from '../api.ts'
import type { Edit, ListName, Lists } from './document.ts'
import type { KeyValue } from './store.ts'

/**
 * Feedback on its way to the server, kept until the server has acknowledged it: a server that is down, or a page closed
 * too soon, loses nothing. In order, because an undo must arrive after what it undoes.
 */

export interface Pending {
  /** Ascending; names an entry when it is taken out. */
  readonly n: number
  readonly action: 'put' | 'delete'
  readonly item: string
  readonly kind: FeedbackKind
  readonly value: number | null
  readonly time: string
  readonly recommendation: string | null
}

/** What carries it; the page's API client, or a test's. */
export interface Carrier {
  add(feedback: NewFeedback[]): Promise<unknown>
  remove(entry: { user: string; item: string; kind: FeedbackKind }): Promise<unknown>
}

export const outboxKey = 'marquee.outbox.v1'
export const visitorKey = 'marquee.visitor.v1'
const kinds: Record<ListName, FeedbackKind> = {
  ratings: 'rating',
  watchlist: 'watchlist',
  dismissed: 'dislike',
  watched: 'watched',
}
/** Most entries that one request carries. */
const batch = 500

export function pendingOf(edits: readonly Edit[], now: string): Omit<Pending, 'n'>[] {
  return edits.map(({ list, id, after }) => ({
    action: after === null ? 'delete' : 'put',
    item: id,
    kind: kinds[list],
    value: after?.rating ?? null,
    // When it was said; a removal is said now.
    time: after?.time ?? now,
    recommendation: after?.recommendation ?? null,
  }))
}

/** Everything there is, as if said anew: for when the visitor begins to share. */
export function everything(lists: Lists): Edit[] {
  return (Object.keys(kinds) as ListName[]).flatMap((list) =>
    Object.entries(lists[list]).map(([id, after]) => ({ list, id, before: null, after })),
  )
}

export class Outbox {
  readonly #storage: KeyValue
  readonly #carrier: Carrier
  readonly #newId: () => string
  #sending: Promise<void> | null = null
  /** Why the last attempt failed; null after a success. */
  error: unknown = null

  constructor(storage: KeyValue, carrier: Carrier, newId: () => string) {
    this.#storage = storage
    this.#carrier = carrier
    this.#newId = newId
  }

  /** The random id under which this browser's feedback is kept on the server; made on first use. */
  visitor(): string {
    const kept = this.#storage.getItem(visitorKey)
    if (kept !== null) return kept
    const id = `web-${this.#newId()}`
    this.#storage.setItem(visitorKey, id)
    return id
  }

  /** The id, or null where none was ever made. */
  knownVisitor(): string | null {
    return this.#storage.getItem(visitorKey)
  }

  pending(): readonly Pending[] {
    try {
      const kept: unknown = JSON.parse(this.#storage.getItem(outboxKey) ?? '[]')
      return Array.isArray(kept) ? (kept as Pending[]) : []
    } catch {
      return []
    }
  }

  put(entries: readonly Omit<Pending, 'n'>[]): void {
    if (entries.length === 0) return
    const kept = this.pending()
    const from = (kept.at(-1)?.n ?? 0) + 1
    this.#keep([...kept, ...entries.map((entry, i) => ({ ...entry, n: from + i }))])
    // Made at once, not on sending: a list asked for meanwhile would be asked for again under the id, for nothing.
    this.visitor()
  }

  /** Forgets what waits, and the id: the next feedback is somebody else's. */
  clear(): void {
    this.#storage.removeItem(outboxKey)
    this.#storage.removeItem(visitorKey)
  }

  /** Drops what waits without forgetting the id. */
  drop(): void {
    this.#storage.removeItem(outboxKey)
  }

  /** Sends what waits, oldest first; rejects with the first failure and keeps the rest. One run at a time. */
  flush(): Promise<void> {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null
    })
    return this.#sending
  }

  /** Resolves when nothing is being sent. */
  async settled(): Promise<void> {
    await this.#sending?.catch(() => undefined)
  }

  async #send(): Promise<void> {
    // After a refusal entries go one by one, so that only the refused one is given up.
    let most = batch
    for (;;) {
      const waiting = this.pending()
      const first = waiting[0]
      if (first === undefined) break
      const user = this.visitor()
      let sent: readonly Pending[] = [first]
      try {
        if (first.action === 'delete') {
          await this.#carrier.remove({ user, item: first.item, kind: first.kind }).catch((error: unknown) => {
            // Nothing there to delete is as good as deleted.
            if ((error as { status?: number }).status !== 404) throw error
          })
        } else {
          const until = waiting.findIndex((entry) => entry.action === 'delete')
          sent = waiting.slice(0, Math.min(most, until < 0 ? waiting.length : until))
          await this.#carrier.add(
            sent.map(({ item, kind, value, time, recommendation }) => ({
              user,
              item,
              kind,
              value,
              time,
              recommendation,
            })),
          )
        }
      } catch (error) {
        this.error = error
        const status = (error as { status?: number }).status ?? 0
        // Refused for good (a movie that the server no longer has): waiting would block everything behind it.
        if (status === 400 || status === 404) {
          if (sent.length === 1) this.#take(first.n, first.n)
          most = 1
          continue
        }
        throw error
      }
      this.error = null
      this.#take(sent[0]!.n, sent.at(-1)!.n)
    }
  }

  #take(from: number, to: number): void {
    this.#keep(this.pending().filter(({ n }) => n < from || n > to))
  }

  #keep(entries: readonly Pending[]): void {
    if (entries.length === 0) this.#storage.removeItem(outboxKey)
    else this.#storage.setItem(outboxKey, JSON.stringify(entries))
  }
}
