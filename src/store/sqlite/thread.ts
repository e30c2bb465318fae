import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { MarqueeError } from '../../core/errors.ts'
import type { Runner, RunResult } from './dialect.ts'
import type { Ask, Failure, Reply, Request, ThreadData } from './messages.ts'

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** A thread with SQLite connections of its own; started when it is first asked, and again should it die. */
export class SqliteThread {
  private readonly data: ThreadData
  private readonly waiting = new Map<number, Waiting>()
  private worker: Worker | null = null
  private asked = 0
  private opened = 0

  constructor(data: ThreadData) {
    this.data = data
  }

  ask(ask: Ask): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.worker ??= this.start()
      const id = ++this.asked
      this.waiting.set(id, { resolve, reject })
      // Only a question keeps the process alive; a store that somebody forgot to close does not.
      this.worker.ref()
      this.worker.postMessage({ id, ask } satisfies Request)
    })
  }

  /** A connection of its own in this thread. */
  async open(queryOnly: boolean): Promise<Runner> {
    const connection = ++this.opened
    await this.ask({ op: 'open', connection, queryOnly })
    return {
      run: (sql, parameters) => this.ask({ op: 'run', connection, sql, parameters }) as Promise<RunResult>,
      rollback: () => this.ask({ op: 'rollback', connection }) as Promise<void>,
      close: () => this.ask({ op: 'close', connection }) as Promise<void>,
    }
  }

  async close(): Promise<void> {
    if (!this.worker) return
    await this.ask({ op: 'end' })
    const { worker } = this
    this.worker = null
    await worker.terminate()
  }

  private start(): Worker {
    // The same name from the sources (.ts) and from the built package (.js).
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
    const worker = new Worker(file, { workerData: this.data, execArgv: [] })
    let cause: unknown
    worker.on('message', ({ id, result, failure }: Reply) => {
      const entry = this.waiting.get(id)
      this.waiting.delete(id)
      if (this.waiting.size === 0) worker.unref()
      if (failure) entry?.reject(errorOf(failure))
      else entry?.resolve(result)
    })
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', (code) => this.ended(worker, code, cause))
    return worker
  }

  private ended(worker: Worker, code: number, cause: unknown): void {
    if (this.worker !== worker) return
    this.worker = null
    const why = cause instanceof Error ? cause.message : `code ${code}`
    const error = new MarqueeError('store-busy', `the thread of the store ended (${why})`, {
      place: this.data.path,
      remedy: 'Try again: another one is started.',
      cause,
    })
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}

function errorOf({ code, message, place, remedy, stack }: Failure): Error {
  const details = { ...(place !== undefined && { place }), ...(remedy !== undefined && { remedy }) }
  const error = code === null ? new Error(message) : new MarqueeError(code, '', details)
  error.message = message
  if (stack !== undefined) error.stack = stack
  return error
}
