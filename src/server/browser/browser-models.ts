import { existsSync, readFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { MarqueeError } from '../../core/errors.ts'
import type { Answer } from '../service/types.ts'
import { type BrowserDescription, type BrowserFile, type BrowserMap, filesFormat } from './description.ts'
import { putJson, write } from './files.ts'
import type { MakeNews, MakeOrder } from './make-worker.ts'

/** Where files for browsers are kept unless a folder is named: they can be made again at any time. */
export const standardFolder = (): string => join(tmpdir(), `marquee-browser-${userInfo().username}`)

/** Asks for the map of a version: a sketch at first, the careful one once it is drawn. */
export type AskForMap = () => Promise<Answer<'getMap'>>

/**
 * What browsers download of the models, made once for each version, in a thread, when it is first asked for, and kept in
 * a folder: an artefact's own folder is never written to.
 */
export class BrowserModels {
  readonly folder: string
  private readonly making = new Map<string, Promise<BrowserDescription>>()
  private readonly known = new Map<string, BrowserDescription>()
  private readonly measuring = new Map<string, Promise<void>>()
  private readonly maps = new Map<string, { readonly ready: boolean; readonly file: Promise<BrowserFile> }>()

  private readonly onError: (error: Error) => void

  /** `onError` is told where a loss could not be measured or a map not be kept: the other files are there all the same. */
  constructor(folder: string = standardFolder(), onError: (error: Error) => void = () => {}) {
    this.folder = folder
    this.onError = onError
  }

  /**
   * What there is of a version. The first call makes the files and waits for them; `loss` is null until it is measured.
   * With `map` the map is among them, as far as it is drawn; null for a model that has none. Throws `not-able` where the model
   * has no graph for it, and what loading the artefact throws.
   */
  async describe(version: string, directory: string, map?: AskForMap): Promise<BrowserDescription> {
    const described = await this.withoutMap(version, directory)
    if (!map) return described
    return { ...described, files: { ...described.files, map: await this.mapOf(version, map) } }
  }

  private async withoutMap(version: string, directory: string): Promise<BrowserDescription> {
    const known = this.known.get(version) ?? this.read(version)
    if (known) return known
    const started = this.making.get(version) ?? this.make(version, directory)
    this.making.set(version, started)
    try {
      return await started
    } catch (error) {
      // The next request tries again.
      this.making.delete(version)
      throw error
    }
  }

  private async mapOf(version: string, ask: AskForMap): Promise<BrowserFile | null> {
    try {
      const { method, ready, preservation, ids, x, y, genre, genres } = await ask()
      let kept = this.maps.get(version)
      if (kept?.ready !== ready) {
        const map: BrowserMap = { method, ready, preservation, ids, x, y, genre, genres }
        kept = { ready, file: putJson(this.folder, 'map', map) }
        this.maps.set(version, kept)
      }
      return await kept.file
    } catch (error) {
      // The model runs without; the next request tries again.
      this.maps.delete(version)
      if (!(error instanceof MarqueeError && error.code === 'not-able')) this.onError(error as Error)
      return null
    }
  }

  /** Resolves when the loss of a version is measured; throws where it could not be, and `loss` stays null. */
  async measured(version: string): Promise<void> {
    await this.measuring.get(version)
  }

  private make(version: string, directory: string): Promise<BrowserDescription> {
    const file = new URL(`./make-worker${extname(import.meta.url)}`, import.meta.url)
    const workerData: MakeOrder = { directory, version, folder: this.folder }
    const worker = new Worker(file, { workerData, execArgv: [] })
    // A server that ends does not wait for a measurement.
    worker.unref()
    const { promise, resolve, reject } = Promise.withResolvers<BrowserDescription>()
    worker.on('message', (news: MakeNews) => {
      if ('made' in news) {
        this.known.set(version, news.made)
        resolve(news.made)
      } else if ('measured' in news) {
        const complete = { ...this.known.get(version)!, loss: news.measured }
        this.known.set(version, complete)
        try {
          this.write(version, complete)
        } catch (error) {
          // A full disk, say: known until the end of the process, and measured again by the next.
          this.onError(error as Error)
        }
      } else {
        const { code, message, place, remedy } = news.refused
        const error = Object.assign(new MarqueeError(code, message), { place, remedy })
        if (this.known.has(version)) this.onError(error)
        reject(error)
      }
    })
    const ended = new Promise<void>((resolve, fail) => {
      worker.once('error', (error) => {
        if (this.known.has(version)) this.onError(error)
        reject(error)
        fail(error)
      })
      worker.once('exit', () => {
        reject(new Error(`the thread that made the files of ${version} ended without an answer`))
        resolve()
      })
    })
    // Whoever asks is told; nobody need ask.
    ended.catch(() => {})
    this.measuring.set(version, ended)
    return promise
  }

  /** The description of an earlier run, if all of its files are still there. */
  private read(version: string): BrowserDescription | null {
    try {
      const kept = JSON.parse(readFileSync(this.path(version), 'utf8')) as BrowserDescription & { format?: number }
      const { format, ...found } = kept
      if (format !== filesFormat || found.model !== version) return null
      const all = Object.values(found.files).every((file) => {
        if (file === null) return true
        const path = join(this.folder, file.url.slice(file.url.lastIndexOf('/') + 1))
        return existsSync(path) && existsSync(`${path}.br`)
      })
      if (!all) return null
      this.known.set(version, found)
      return found
    } catch {
      // None, or one that cannot be read: it is made again.
      return null
    }
  }

  private write(version: string, description: BrowserDescription): void {
    write(this.path(version), `${JSON.stringify({ format: filesFormat, ...description }, null, 2)}\n`)
  }

  /** Versions may come from anywhere; a file name holds only what it can. */
  private path(version: string): string {
    return join(this.folder, `${encodeURIComponent(version).replaceAll('.', '%2E')}.description`)
  }
}
