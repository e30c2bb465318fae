import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { MarqueeError } from '../../../core/errors.ts'
import type { ServiceEvent } from '../service.ts'
import type { Live } from '../shelf/live.ts'
import type { Answer } from '../types.ts'
import type { ClusterList, MapColumns, Result, Task } from './tasks.ts'

/** Maps and cluster lists that stay in memory; the others are read from their files again. */
const mostKept = 4

/** A map on its way. */
interface Drawing {
  current: MapColumns | null
  ready: boolean
  readonly first: Promise<void>
}

/**
 * Maps and clusters: made in a thread when first asked for, kept in `folder` by version, for an artefact never changes. A map is
 * answered by principal axes until t-SNE is there; clusters are waited for.
 */
export class Background {
  private readonly folder: string
  private readonly emit: (event: ServiceEvent) => void
  private readonly drawings = new Map<string, Drawing>()
  private readonly clusterings = new Map<string, Promise<ClusterList>>()
  private readonly workers = new Set<Worker>()
  private closed = false

  constructor(folder: string, emit: (event: ServiceEvent) => void) {
    this.folder = join(folder, 'cache')
    this.emit = emit
    mkdirSync(this.folder, { recursive: true })
  }

  /** Throws `not-able` for a model without vectors. */
  async map(live: Live): Promise<Answer<'getMap'>> {
    const drawing = this.drawings.get(live.version) ?? this.draw(live)
    await drawing.first
    return { model: live.version, ready: drawing.ready, ...drawing.current! }
  }

  /** Throws `not-able` for a model without a bottleneck. */
  async clusters(live: Live): Promise<Answer<'getClusters'>> {
    let found = this.clusterings.get(live.version)
    if (!found) {
      found = this.cluster(live)
      this.clusterings.set(live.version, found)
      forgetOldest(this.clusterings)
      found.catch(() => this.clusterings.delete(live.version))
    }
    return { model: live.version, clusters: await found }
  }

  async close(): Promise<void> {
    this.closed = true
    await Promise.all([...this.workers].map((worker) => worker.terminate()))
  }

  private draw(live: Live): Drawing {
    const file = join(this.folder, `map-${live.version}.json`)
    const kept = read<MapColumns>(file)
    let settle: (error?: Error) => void = () => undefined
    const first = new Promise<void>((resolve, reject) => {
      settle = (error) => (error ? reject(error) : resolve())
    })
    first.catch(() => undefined)
    const drawing: Drawing = { current: kept, ready: kept !== null, first }
    this.drawings.set(live.version, drawing)
    forgetOldest(this.drawings)
    if (kept) {
      settle()
      return drawing
    }
    this.run({ kind: 'map', artefact: live.directory }, (result) => {
      if (result.kind !== 'map') return
      drawing.current = result.map
      drawing.ready = result.map.method === 'tsne'
      settle()
      if (drawing.ready) this.write(file, result.map)
    }).catch((error: Error) => {
      // Without a map at all the next request tries again; with the axes alone they stay until the restart.
      if (!drawing.current) this.drawings.delete(live.version)
      settle(error)
      if (!this.closed) this.emit({ level: 'warn', event: 'map-failed', fields: { version: live.version }, error })
    })
    return drawing
  }

  private async cluster(live: Live): Promise<ClusterList> {
    const file = join(this.folder, `clusters-${live.version}.json`)
    const kept = read<ClusterList>(file)
    if (kept) return kept
    let clusters: ClusterList | null = null
    await this.run({ kind: 'clusters', artefact: live.directory }, (result) => {
      if (result.kind === 'clusters') clusters = result.clusters
    })
    this.write(file, clusters)
    return clusters!
  }

  private run(task: Task, onResult: (result: Result) => void): Promise<void> {
    if (this.closed) return Promise.reject(new MarqueeError('closing', 'the server is shutting down'))
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
    const worker = new Worker(file, { workerData: task, execArgv: [] })
    this.workers.add(worker)
    return new Promise<void>((resolve, reject) => {
      worker.on('message', (result: Result) => {
        if (result.kind === 'refused') reject(new MarqueeError(result.code, result.message))
        else onResult(result)
      })
      worker.once('error', reject)
      worker.once('exit', (code) => {
        this.workers.delete(worker)
        if (code === 0) resolve()
        else reject(new MarqueeError('closing', `the thread making the ${task.kind} was stopped`))
      })
    })
  }

  private write(file: string, value: unknown): void {
    try {
      writeFileSync(`${file}.tmp`, JSON.stringify(value))
      renameSync(`${file}.tmp`, file)
    } catch (error) {
      this.emit({ level: 'warn', event: 'cache-not-written', fields: { file }, error })
    }
  }
}

function read<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return null
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys()
  if (map.size > mostKept && oldest !== undefined) map.delete(oldest)
}
