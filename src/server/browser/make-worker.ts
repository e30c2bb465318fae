/** A thread that makes what a browser downloads of one artefact, tells, and then measures what 8-bit weights cost it. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadArtefact } from '../../catalogue/artefact-load.ts'
import { MarqueeError } from '../../core/errors.ts'
import type { BrowserDescription } from './description.ts'
import { makeFiles, measureLoss } from './make.ts'

export interface MakeOrder {
  readonly directory: string
  readonly version: string
  readonly folder: string
}

export type MakeNews =
  | { readonly made: BrowserDescription }
  | { readonly measured: NonNullable<BrowserDescription['loss']> }
  | { readonly refused: { code: string; message: string; place?: string; remedy?: string } }

const port = parentPort!
const tell = (news: MakeNews): void => port.postMessage(news)
const { directory, version, folder } = workerData as MakeOrder
try {
  const artefact = await loadArtefact(directory)
  tell({ made: await makeFiles(folder, version, artefact) })
  tell({ measured: await measureLoss(artefact) })
} catch (error) {
  if (!(error instanceof MarqueeError)) throw error
  const { code, message, place, remedy } = error
  tell({ refused: { code, message, place, remedy } })
}
