/** A worker thread of dot-product training: takes jobs, answers each with its result, until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads'
import { DotWork, type Job, type WorkerSetup } from './work.ts'

const port = parentPort!
const work = await DotWork.start(workerData as WorkerSetup)
port.on('message', (job: Job) => port.postMessage(work.run(job)))
