/** A thread for one long piece of work: a map or clusters. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { MarqueeError } from '../../../core/errors.ts'
import { type Result, type Task, work } from './tasks.ts'

const port = parentPort!
// On Linux the priority is the thread's own; elsewhere it would be the whole server's.
if (process.platform === 'linux') {
  try {
    setPriority(10)
  } catch {}
}
try {
  await work(workerData as Task, (result) => port.postMessage(result))
} catch (error) {
  if (!(error instanceof MarqueeError)) throw error
  port.postMessage({ kind: 'refused', code: error.code, message: error.message } satisfies Result)
}
