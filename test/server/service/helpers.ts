import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { saveArtefact } from '../../../src/catalogue/artefact-save.ts'
import { createModel } from '../../../src/catalogue/create.ts'
import { type Dataset, loadDataset } from '../../../src/data/index.ts'
import { split } from '../../../src/data/splits/index.ts'
import type { ServiceEvent, ServiceOptions } from '../../../src/server/service/service.ts'
import { createService, type Service } from '../../../src/server/service/service.ts'
import type { RecommendQuery } from '../../../src/server/service/types.ts'
import { openStore, type Store } from '../../../src/store/index.ts'

/** A folder that is gone when the file's tests are over. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-service-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const ask: RecommendQuery = {
  k: 10,
  exclude: [],
  genres: [],
  includeSeen: false,
  diversity: 0,
  popularityPenalty: 0,
  reasons: 3,
}

const loaded = new Map<number, Promise<Dataset>>()
/** The shipped ratings; of movies with at least so many. */
export function shippedData(least = 1): Promise<Dataset> {
  const there = loaded.get(least) ?? loadDataset('ml-latest-small', { minPerItem: least })
  loaded.set(least, there)
  return there
}

/** An artefact of a model on four fifths of the shipped ratings. */
export async function makeArtefact(
  directory: string,
  name: string,
  set: Record<string, unknown> = {},
  options: { seed?: number; created?: string; least?: number } = {},
): Promise<string> {
  const { seed = 1, created, least } = options
  const dataset = await shippedData(least)
  const { train } = split(dataset.interactions, { kind: 'random', ratio: 0.8, seed: 1 })
  const model = await createModel(name, set)
  const { epochs, bestEpoch, repeatable } = await model.fit(train, { seed, threads: 1, items: dataset.items })
  await saveArtefact(directory, {
    ...{ model, train, dataset, split: null, seed, threads: 1, repeatable, metrics: { rmse: 0.9 } },
    ...{ epochs, bestEpoch, seconds: {}, ...(created && { created }) },
  })
  return directory
}

export interface Running {
  readonly service: Service
  readonly store: Store
  readonly folder: string
  readonly events: ServiceEvent[]
  close(): Promise<void>
}

/** A service over an SQLite store, both in a folder. */
export async function run(
  folder: string,
  artefact: string | undefined,
  options: Partial<ServiceOptions> = {},
): Promise<Running> {
  mkdirSync(folder, { recursive: true })
  // Two services on one file wait for each other as long as a busy machine makes them.
  const store = await openStore(join(folder, 'marquee.db'), { patience: 60_000 })
  const events: ServiceEvent[] = []
  const service = await createService({
    store,
    folder: join(folder, 'data'),
    trainingThreads: 1,
    onEvent: (event) => events.push(event),
    ...(artefact !== undefined && { artefact }),
    ...options,
  })
  const close = async (): Promise<void> => {
    await service.close()
    await store.close()
  }
  return { service, store, folder, events, close }
}
