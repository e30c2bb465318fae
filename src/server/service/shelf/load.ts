import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Artefact } from '../../../catalogue/artefact.ts'
import { type ArtefactData, openArtefact } from '../../../catalogue/artefact-load.ts'
import { MarqueeError } from '../../../core/errors.ts'
import type { CompressedBoth } from '../../../data/interactions.ts'

type Answer =
  | { readonly loaded: ArtefactData & { readonly rows: CompressedBoth } }
  | { readonly refused: { code: string; message: string; place?: string; remedy?: string } }

/**
 * loadArtefact with its reading, checking and sorting in a thread. What is left for the caller's thread: the two vocabularies
 * and the model's own preparation. Longest gap of the event loop seen, on a two-core machine with other work on it: 20 to 110 ms
 * for ml-latest-small, 100 to 200 ms for ML-1M (a million ratings), mostly ids and titles being copied over. Throws
 * what loadArtefact throws.
 */
export async function loadInBackground(directory: string): Promise<Artefact> {
  const file = new URL(`./load-worker${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, { workerData: directory, execArgv: [] })
  const answer = await new Promise<Answer>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error(`the thread that was reading ${directory} ended without an answer`)))
  })
  await worker.terminate()
  if ('refused' in answer) {
    const { code, message, place, remedy } = answer.refused
    // The message has place and remedy in it already.
    const error = new MarqueeError(code, message)
    throw Object.assign(error, { place, remedy })
  }
  return openArtefact(answer.loaded)
}
