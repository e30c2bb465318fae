import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { saveArtefact } from '../../../src/catalogue/artefact-save.ts'
import { registerBuiltins } from '../../../src/catalogue/builtin.ts'
import { loadDataset } from '../../../src/data/load.ts'
import { split } from '../../../src/data/splits/index.ts'
import { createModel } from '../../../src/models/registry.ts'

/** A folder removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-browser-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An artefact of the shipped data, split as `marquee start` splits them; its folder. */
export async function artefactOf(name: string, set: Record<string, unknown> = {}): Promise<string> {
  registerBuiltins()
  const dataset = await loadDataset('ml-latest-small')
  const parts = split(dataset.interactions, { kind: 'random', ratio: 0.8, seed: 1 })
  const model = await createModel(name, set)
  const { epochs, bestEpoch, repeatable, seconds } = await model.fit(parts.train, {
    seed: 1,
    threads: 1,
    items: dataset.items,
  })
  const folder = temporaryFolder()
  await saveArtefact(folder, {
    ...{ model, train: parts.train, dataset, split: parts.spec, seed: 1, threads: 1, repeatable },
    ...{ metrics: {}, epochs, bestEpoch, seconds: { fit: seconds } },
  })
  return folder
}
