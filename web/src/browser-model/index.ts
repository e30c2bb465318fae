import type { BrowserMap, BrowserVocabulary } from '../../../src/server/browser/description.ts'
import { api } from '../api.ts'
import { download, downloadJson } from './download.ts'
import type { LocalModel } from './live.ts'
import type { Order, Question, Reply } from './messages.ts'
import {
  type BrowserDescription,
  type BrowserModel,
  BrowserModelError,
  type BrowserModelInfo,
  type DownloadProgress,
  type Precision,
} from './types.ts'

export * from './types.ts'

export interface InfoOptions {
  /** A live version; without, the one that answers most. */
  readonly model?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface LoadOptions extends InfoOptions {
  readonly precision: Precision
  readonly onProgress?: (progress: DownloadProgress) => void
}

/** What could be downloaded, with sizes and what 8 bits cost: ask before loading. Throws the client's ApiError. */
export const describeBrowserModel = ({ model, signal }: InfoOptions = {}): Promise<BrowserDescription> =>
  api.browserModel(model === undefined ? {} : { model }, { signal })

/** The sizes of everything that one precision needs. */
export function infoOf(description: BrowserDescription, precision: Precision): BrowserModelInfo {
  const { vocabulary, map, runtime } = description.files
  const files = [description.files[precision], vocabulary, runtime, ...(map === null ? [] : [map])]
  const sum = (of: 'bytes' | 'compressedBytes'): number => files.reduce((all, file) => all + file[of], 0)
  const { loss } = description
  return { description, precision, bytes: sum('bytes'), compressedBytes: sum('compressedBytes'), loss }
}

/**
 * Downloads a model and opens it in a worker. From then on nothing is asked of the network: ratings stay in this page.
 * Throws an ApiError or a {@link BrowserModelError} saying what is wrong; an abort comes through as it is.
 */
export async function loadBrowserModel({ precision, onProgress, ...options }: LoadOptions): Promise<BrowserModel> {
  const { signal } = options
  const description = await describeBrowserModel(options)
  const info = infoOf(description, precision)
  let bytes = 0
  const onBytes = (more: number): void => {
    bytes += more
    onProgress?.({ bytes, of: info.bytes })
  }
  const { files } = description
  const [runtime, graph, vocabulary, map] = await Promise.all([
    download(files.runtime, { signal, onBytes }),
    download(files[precision], { signal, onBytes }),
    downloadJson<BrowserVocabulary>(files.vocabulary, { signal, onBytes }),
    files.map === null ? null : downloadJson<BrowserMap>(files.map, { signal, onBytes }),
  ])
  const thread = new Thread()
  try {
    await thread.order({ open: { description, graph, vocabulary, runtime } }, [graph, runtime])
    signal?.throwIfAborted()
  } catch (error) {
    thread.close()
    throw error
  }
  return {
    info,
    vocabulary,
    map,
    recommend: (profile, options = {}) => thread.ask('recommend', profile, options),
    similar: (items, k) => thread.ask('similar', items, k),
    explain: (profile, item, k) => thread.ask('explain', profile, item, k),
    firstPicks: (rated, k) => thread.ask('firstPicks', rated, k),
    close: () => thread.close(),
  }
}

/** The map as it is drawn by now, where the one that came with the model was a sketch. Asks for nothing that says who looks at what. */
export async function downloadMap(version: string, signal?: AbortSignal): Promise<BrowserMap | null> {
  const { files } = await describeBrowserModel({ model: version, signal })
  return files.map === null ? null : downloadJson<BrowserMap>(files.map, { signal })
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

/** The worker, as questions and answers. */
class Thread {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'browser model' })
  readonly #waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  #count = 0
  #ended: BrowserModelError | null = null

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if ('failed' in data) waiting?.reject(new BrowserModelError(data.failed.code, data.failed.message))
      else waiting?.resolve(data.answer)
    })
    this.#worker.addEventListener('error', (event) => {
      this.#end(
        new BrowserModelError(
          'worker-failed',
          `The model could not be started here (${event.message || 'its script did not load'}).`,
        ),
      )
    })
  }

  ask<Q extends Question>(question: Q, ...given: Parameters<LocalModel[Q]>): ReturnType<LocalModel[Q]> {
    return this.order({ ask: question, given }) as ReturnType<LocalModel[Q]>
  }

  order(order: WithoutId<Order>, transfer: Transferable[] = []): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended)
    const id = this.#count++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ ...order, id }, transfer)
    })
  }

  close(): void {
    this.#end(new BrowserModelError('closed', 'The model was closed.'))
  }

  #end(error: BrowserModelError): void {
    this.#ended ??= error
    this.#worker.terminate()
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }
}
