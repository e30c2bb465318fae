import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { MarqueeError } from '../core/errors.ts'
import { openStore, type Store } from '../store/index.ts'
import { createApp } from './http/app.ts'
import { createLog, errorFields } from './http/log.ts'
import type { AppOptions } from './http/options.ts'
import { isLoopbackAddress, isLoopbackHost } from './http/peer.ts'
import { type Listening, type ListenOptions, listen } from './http/server.ts'
import { createService, type Service } from './service/service.ts'

export interface ServeOptions extends Omit<AppOptions, 'web' | 'docs' | 'loopbackOnly'>, ListenOptions {
  /** Folders of artefacts: the first answers where the store has no traffic in force, the others for those who name them. */
  readonly artefacts?: readonly string[]
  /** Address of the store. Default marquee.db. */
  readonly store?: string
  /** For artefacts trained by the server and what it computes once. Default .marquee. */
  readonly folder?: string
  /** Train again after so many new ratings. */
  readonly retrainAfter?: number | null
  /** Train again after so many milliseconds. */
  readonly retrainEvery?: number | null
  /** Milliseconds between two looks whether another instance has changed the traffic. Default 5,000. */
  readonly followEvery?: number
}

export interface Serving extends Listening {
  readonly service: Service
  readonly store: Store
  /** Whether the page was built and is served. */
  readonly page: boolean
  /** Whether others than this machine can reach it while no key was ever made: then nothing asks who they are. */
  readonly unguarded: boolean
}

/** A folder that `npm ci` builds; null where it has not been. */
function built(name: string): string | null {
  const folder = fileURLToPath(new URL(`../../build/${name}`, import.meta.url))
  return existsSync(join(folder, 'index.html')) ? folder : null
}

/** Opens the store, loads the models, and answers. What fails on the way closes what was opened before. */
export async function serve(options: ServeOptions = {}): Promise<Serving> {
  const {
    artefacts = [],
    store: url = 'marquee.db',
    folder = '.marquee',
    retrainAfter,
    retrainEvery,
    followEvery,
  } = options
  const host = options.host ?? '127.0.0.1'
  const log = options.log ?? createLog('silent')
  const store = await openStore(url)
  let service: Service | null = null
  try {
    service = await createService({
      ...{ store, folder },
      ...(artefacts[0] !== undefined && { artefact: artefacts[0] }),
      ...(retrainAfter !== undefined && { retrainAfter }),
      ...(retrainEvery !== undefined && { retrainEvery }),
      ...(followEvery !== undefined && { followEvery }),
      onEvent: ({ level, event, fields, error }) =>
        log[level]({ event, ...fields, ...(error !== undefined && errorFields(error, log)) }, 'background'),
    })
    for (const artefact of artefacts.slice(1)) await addOnce(service, artefact)
    const web = built('web')
    const loopbackOnly = isLoopbackHost(host) || isLoopbackAddress(host)
    // A limit is for strangers: on this machine alone there are none.
    const standard = loopbackOnly && !options.trustProxy ? null : 50
    const rateLimit = options.rateLimit === undefined ? standard : options.rateLimit
    const app = createApp({
      ...{ service, store },
      options: {
        browserFolder: join(folder, 'browser'),
        ...options,
        log,
        web,
        docs: built('docs'),
        loopbackOnly,
        rateLimit,
      },
    })
    const unguarded = !loopbackOnly && (await store.keys()).length === 0
    const listening = await listen(app, { ...options, host })
    log.info({ port: listening.port, store: store.name, models: service.ready().models }, 'serving')
    if (unguarded) log.warn('reachable by others, and no key has been made: anybody can read and write feedback')
    const close = once(() => end(listening, service!, store, log))
    return { ...listening, service, store, page: web !== null, unguarded, close }
  } catch (error) {
    await service?.close()
    await store.close()
    throw error
  }
}

async function addOnce(service: Service, artefact: string): Promise<void> {
  try {
    await service.addModel({ artefact, activate: false })
  } catch (error) {
    if (!(error instanceof MarqueeError) || error.code !== 'same-artefact') throw error
  }
}

/** In this order, so that whatever was acknowledged is written: requests, counters and trainings, the store. */
async function end(listening: Listening, service: Service, store: Store, log: Logger): Promise<{ cut: number }> {
  log.info('ending')
  const { cut } = await listening.close()
  await service.close()
  await store.close()
  log.info({ cut }, 'ended')
  log.flush()
  return { cut }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null
  return () => {
    result ??= work()
    return result
  }
}
