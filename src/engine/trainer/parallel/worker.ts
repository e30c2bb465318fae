/** A worker thread of a parallel step: does its part of every step until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads'
import { Control } from './control.ts'
import { Part, type PartSetup } from './part.ts'

const setup = workerData as PartSetup
const port = parentPort!
try {
  const part = await Part.start(setup)
  port.postMessage('ready')
  await part.serve()
} catch (error) {
  // First the flag: the main thread believes only the thread that failed first.
  new Control(setup.plan.threads, 0, setup.control).fail(setup.thread)
  port.postMessage(error)
}
