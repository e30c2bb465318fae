/** A thread that reads one artefact, checks every byte, and hands the arrays over without copying. */
import { parentPort, workerData } from 'node:worker_threads'
import { readArtefact } from '../../../catalogue/artefact-load.ts'
import { MarqueeError } from '../../../core/errors.ts'
import { compressBoth } from '../../../data/interactions.ts'

const port = parentPort!
try {
  const data = readArtefact(workerData as string)
  const rows = compressBoth(data.ratings, data.users.length, data.items.length)
  const loaded = { ...data, rows }
  const buffers = new Set<ArrayBuffer>()
  collect(loaded, buffers)
  port.postMessage({ loaded }, [...buffers])
} catch (error) {
  if (!(error instanceof MarqueeError)) throw error
  const { code, message, place, remedy } = error
  port.postMessage({ refused: { code, message, place, remedy } })
}

/** Every buffer that arrays of plain data stand on. */
function collect(value: unknown, into: Set<ArrayBuffer>): void {
  if (ArrayBuffer.isView(value)) into.add(value.buffer as ArrayBuffer)
  else if (Array.isArray(value)) return
  else if (value !== null && typeof value === 'object') for (const part of Object.values(value)) collect(part, into)
}
