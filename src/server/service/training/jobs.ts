import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { MarqueeError } from '../../../core/errors.ts'
import type { Store } from '../../../store/store.ts'
import type { ServiceEvent, TrainingEvent } from '../service.ts'
import type { Job } from '../types.ts'
import { writeInputs } from './inputs.ts'
import { inputs, type Told, type TrainingSpec } from './protocol.ts'

/** Jobs that wait at most. */
const mostWaiting = 5
/** Finished jobs that are remembered. */
const mostKept = 50
/** Milliseconds a cancelled training has to end by itself. */
const grace = 5_000

export interface JobRequest {
  readonly trigger: Job['trigger']
  readonly artefact: string
  readonly model: string
  readonly hyperparameters: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly warmStart: boolean
  readonly threads: number
  /** Called with the folder of the finished artefact: registers it. The version. What it throws fails the job. */
  readonly finish: (artefact: string) => Promise<string>
}

interface Running {
  job: Job
  readonly request: JobRequest | null
  readonly order: number
  readonly listeners: Set<(event: TrainingEvent) => void>
  child: ChildProcess | null
  cancelled: boolean
}

/**
 * Trainings, one at a time, each in a process of its own. A job's file says how it stands; one that says waiting or running when
 * the server starts was cut short, and is marked failed.
 */
export class TrainingJobs {
  private readonly folder: string
  private readonly store: Store
  private readonly emit: (event: ServiceEvent) => void
  private readonly jobs = new Map<string, Running>()
  private working: Promise<void> | null = null
  private order = 0
  private closed = false

  constructor(folder: string, store: Store, emit: (event: ServiceEvent) => void) {
    this.folder = folder
    this.store = store
    this.emit = emit
    mkdirSync(join(folder, 'training'), { recursive: true })
    this.readEarlier()
  }

  get busy(): boolean {
    return [...this.jobs.values()].some(({ job }) => job.state === 'running' || job.state === 'waiting')
  }

  /** Throws `training` where too many wait already. */
  start(request: JobRequest): Job {
    const waiting = [...this.jobs.values()].filter(({ job }) => job.state === 'waiting').length
    if (waiting >= mostWaiting) {
      throw new MarqueeError('training', `${waiting} trainings are waiting already`, {
        remedy: 'Wait for them, or cancel some.',
      })
    }
    const job: Job = {
      id: randomUUID(),
      state: 'waiting',
      model: request.model,
      trigger: request.trigger,
      started: null,
      ended: null,
      progress: null,
      epochs: [],
      version: null,
      error: null,
    }
    const running = { job, request, order: ++this.order, listeners: new Set<never>(), child: null, cancelled: false }
    this.jobs.set(job.id, running)
    this.keep(job)
    this.next()
    return running.job
  }

  /** Newest first. */
  list(): Job[] {
    return [...this.jobs.values()].sort((a, b) => b.order - a.order).map(({ job }) => job)
  }

  /** Throws `unknown-job`. */
  get(id: string): Job {
    return this.find(id).job
  }

  /** Stops a job; one that has ended stays as it ended. */
  async cancel(id: string): Promise<Job> {
    const running = this.find(id)
    if (running.job.state === 'waiting') {
      running.cancelled = true
      this.end(running, 'cancelled', null)
    } else if (running.job.state === 'running') {
      running.cancelled = true
      this.stop(running)
      await this.ended(running)
    }
    return running.job
  }

  /** Throws `unknown-job` at once. */
  events(id: string, signal?: AbortSignal): AsyncIterable<TrainingEvent> {
    const running = this.find(id)
    return this.follow(running, signal)
  }

  async close(): Promise<void> {
    this.closed = true
    for (const running of this.jobs.values()) {
      if (running.job.state === 'waiting') this.end(running, 'failed', 'the server stopped before the training began')
      if (running.job.state === 'running') this.stop(running)
    }
    await this.working
  }

  private find(id: string): Running {
    const running = this.jobs.get(id)
    if (running) return running
    throw new MarqueeError('unknown-job', `there is no training with the id ${JSON.stringify(id)}`, {
      remedy: 'GET /v1/training lists them.',
    })
  }

  private async *follow(running: Running, signal: AbortSignal | undefined): AsyncGenerator<TrainingEvent> {
    const waiting: TrainingEvent[] = [{ event: isOver(running.job) ? 'end' : 'progress', job: running.job }]
    let wake = (): void => undefined
    const listener = (event: TrainingEvent): void => {
      // A reader that is slow is told the latest, not everything.
      if (event.event === 'progress' && waiting.at(-1)?.event === 'progress') waiting.pop()
      waiting.push(event)
      wake()
    }
    const stop = (): void => wake()
    running.listeners.add(listener)
    signal?.addEventListener('abort', stop)
    try {
      while (!signal?.aborted) {
        const event = waiting.shift()
        if (event) {
          yield event
          if (event.event === 'end') return
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      running.listeners.delete(listener)
      signal?.removeEventListener('abort', stop)
    }
  }

  private next(): void {
    if (this.working || this.closed) return
    const [first] = [...this.jobs.values()]
      .filter(({ job }) => job.state === 'waiting')
      .sort((a, b) => a.order - b.order)
    if (!first) return
    this.working = this.run(first).finally(() => {
      this.working = null
      this.next()
    })
  }

  private async run(running: Running): Promise<void> {
    const request = running.request!
    const { id } = running.job
    const folder = join(this.folder, 'training', id)
    const out = join(this.folder, 'artefacts', id)
    this.change(running, { state: 'running', started: new Date().toISOString() }, 'progress')
    this.emit({
      level: 'info',
      event: 'training-started',
      fields: { job: id, model: request.model, trigger: request.trigger },
    })
    try {
      mkdirSync(folder, { recursive: true })
      const trainedThrough = await writeInputs(this.store, folder)
      const { artefact, model, hyperparameters, seed, warmStart, threads } = request
      const spec: TrainingSpec = { artefact, model, hyperparameters, seed, warmStart, threads, trainedThrough, out }
      writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec))
      if (!running.cancelled && !this.closed) await this.inProcess(running, folder)
      if (running.cancelled) throw new MarqueeError('cancelled', 'cancelled')
      if (this.closed) throw new MarqueeError('closing', 'the server stopped while it was training')
      const version = await request.finish(out)
      this.end(running, 'done', null, version)
    } catch (error) {
      rmSync(out, { recursive: true, force: true })
      if (running.cancelled) this.end(running, 'cancelled', null)
      else this.end(running, 'failed', (error as Error).message, null, error)
    } finally {
      for (const name of [...Object.values(inputs), 'spec.json']) rmSync(join(folder, name), { force: true })
    }
  }

  /** Resolves when the process says it is done, and rejects with what it failed by. */
  private inProcess(running: Running, folder: string): Promise<void> {
    const file = new URL(`./process${extname(import.meta.url)}`, import.meta.url)
    const child = fork(file, [folder], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    running.child = child
    let told: Exclude<Told, { kind: 'progress' }> | null = null
    let errors = ''
    child.stderr?.on('data', (text: Buffer) => {
      errors = (errors + text.toString()).slice(-2000)
    })
    child.on('message', (message) => {
      const said = message as Told
      if (said.kind === 'progress') this.progress(running, said)
      else told = said
    })
    return new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        running.child = null
        if (told?.kind === 'done') return resolve()
        if (told?.kind === 'failed') {
          return reject(new MarqueeError(told.code, told.message, told.code === 'internal' ? { cause: errors } : {}))
        }
        const how = signal ? `was killed (${signal})` : `ended with code ${code}`
        reject(new MarqueeError('training-died', `the process that was training ${how}`, { cause: errors }))
      })
    })
  }

  private progress(
    running: Running,
    { stage, done, total, epoch, epochs, ended }: Extract<Told, { kind: 'progress' }>,
  ): void {
    const before = running.job.progress
    const secondsLeft = this.left(running, stage, done, total, epoch, epochs, before?.stage !== stage)
    const progress = { stage, done, total, epoch, epochs, secondsLeft }
    if (!ended) {
      this.change(running, { progress }, 'progress')
      return
    }
    const { fit, epoch: number, loss, validation, learningRate } = ended
    this.change(
      running,
      { progress, epochs: [...running.job.epochs, { fit, epoch: number, loss, validation, learningRate }] },
      'epoch',
    )
  }

  private readonly stages = new WeakMap<Running, { since: number; from: number }>()

  /** Of this stage, by its speed so far. */
  private left(
    running: Running,
    stage: string,
    done: number,
    total: number | null,
    epoch: number | null,
    epochs: number | null,
    fresh: boolean,
  ): number | null {
    if (total === null || total === 0 || stage === '') return null
    const share = epoch === null || epochs === null ? done / total : (epoch - 1 + done / total) / epochs
    const now = performance.now()
    const start = fresh ? { since: now, from: share } : (this.stages.get(running) ?? { since: now, from: share })
    if (fresh || !this.stages.has(running)) this.stages.set(running, start)
    const speed = (share - start.from) / (now - start.since)
    return speed > 0 ? Math.round((1 - share) / speed / 100) / 10 : null
  }

  private stop(running: Running): void {
    const { child } = running
    if (!child) return
    if (child.connected) child.send('cancel')
    const timer = setTimeout(() => child.kill('SIGKILL'), grace)
    child.once('close', () => clearTimeout(timer))
  }

  private ended(running: Running): Promise<void> {
    if (isOver(running.job)) return Promise.resolve()
    return new Promise((resolve) => {
      const listener = (event: TrainingEvent): void => {
        if (event.event !== 'end') return
        running.listeners.delete(listener)
        resolve()
      }
      running.listeners.add(listener)
    })
  }

  private end(
    running: Running,
    state: 'done' | 'failed' | 'cancelled',
    error: string | null,
    version: string | null = null,
    cause?: unknown,
  ): void {
    this.change(running, { state, error, version, ended: new Date().toISOString() }, 'end')
    const { id, model } = running.job
    const level = state === 'failed' ? 'error' : 'info'
    const fields = { job: id, model, version, reason: error }
    this.emit({ level, event: `training-${state}`, fields, ...(cause !== undefined && { error: cause }) })
    this.forgetOld()
  }

  private change(running: Running, by: Partial<Job>, event: TrainingEvent['event']): void {
    running.job = { ...running.job, ...by }
    if (event !== 'progress' || by.state) this.keep(running.job)
    for (const listener of [...running.listeners]) listener({ event, job: running.job })
  }

  private keep(job: Job): void {
    const path = join(this.folder, 'training', `${job.id}.json`)
    try {
      writeFileSync(`${path}.tmp`, JSON.stringify(job))
      renameSync(`${path}.tmp`, path)
    } catch (error) {
      // A full disk: the job goes on, and after a restart is marked failed or forgotten.
      this.emit({ level: 'warn', event: 'job-not-kept', fields: { job: job.id }, error })
    }
  }

  private readEarlier(): void {
    const folder = join(this.folder, 'training')
    const found: Job[] = []
    for (const name of readdirSync(folder)) {
      if (!name.endsWith('.json')) continue
      try {
        const job = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Job
        // Versions before this one kept the epochs of the final fit alone, and did not name it.
        found.push({ ...job, epochs: job.epochs.map((one) => ({ ...one, fit: one.fit ?? 'final' })) })
      } catch (error) {
        this.emit({ level: 'warn', event: 'job-unreadable', fields: { file: name }, error })
      }
    }
    found.sort((a, b) => ((a.started ?? a.ended ?? '') < (b.started ?? b.ended ?? '') ? -1 : 1))
    for (const earlier of found) {
      const cut = !isOver(earlier)
      const job: Job = cut
        ? {
            ...earlier,
            state: 'failed',
            ended: new Date().toISOString(),
            error: 'the server stopped while it was training',
          }
        : earlier
      if (cut) {
        this.keep(job)
        rmSync(join(folder, job.id), { recursive: true, force: true })
        const half = join(this.folder, 'artefacts', job.id)
        if (!existsSync(join(half, 'manifest.json'))) rmSync(half, { recursive: true, force: true })
      }
      const known = { request: null, order: ++this.order, listeners: new Set<never>(), child: null, cancelled: false }
      this.jobs.set(job.id, { job, ...known })
    }
    this.forgetOld()
  }

  private forgetOld(): void {
    const over = [...this.jobs.values()].filter(({ job }) => isOver(job)).sort((a, b) => b.order - a.order)
    for (const { job } of over.slice(mostKept)) {
      this.jobs.delete(job.id)
      rmSync(join(this.folder, 'training', job.id), { recursive: true, force: true })
      rmSync(join(this.folder, 'training', `${job.id}.json`), { force: true })
    }
  }
}

const isOver = ({ state }: Job): boolean => state === 'done' || state === 'failed' || state === 'cancelled'
