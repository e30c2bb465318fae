import { join } from 'node:path'
import { saveArtefact } from '../../src/catalogue/artefact-save.ts'
import { createModel } from '../../src/catalogue/create.ts'
import { Random } from '../../src/core/random.ts'
import type { Dataset } from '../../src/data/index.ts'
import type { Bench } from '../harness/benchmark.ts'
import type { Request } from './load.ts'

/** 200 different profiles of ten ratings, each asking for ten movies with reasons. */
export function sessions(dataset: Dataset): Request[] {
  const { interactions } = dataset
  const { offsets, indices, values } = interactions.byUser()
  const random = new Random(1)
  return Array.from({ length: 200 }, (_, n) => {
    const user = (n * 3) % interactions.users.size
    const rows = Int32Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, r) => offsets[user]! + r)
    const profile = [...random.shuffle(rows).slice(0, 10)].map((at) => ({
      item: interactions.items.id(indices[at]!),
      rating: values[at]!,
    }))
    return { path: '/v1/session/recommendations', body: { profile, k: 10, reasons: 3 } }
  })
}

/** A model fitted with its defaults, one thread, and saved. */
export async function artefact(bench: Bench, dataset: Dataset, name: string, seed: number): Promise<string> {
  bench.progress(`fitting ${name}`)
  const model = await createModel(name)
  const train = dataset.interactions
  const report = await model.fit(train, { seed, items: dataset.items })
  const directory = join(bench.folder, `${name}-${seed}`)
  const { epochs, bestEpoch, repeatable, seconds } = report
  await saveArtefact(directory, {
    ...{ model, train, dataset, split: null, seed, threads: 1, repeatable, metrics: {}, epochs, bestEpoch },
    seconds: { fit: seconds },
  })
  return directory
}
