/** A worker thread of the neighbourhood models: takes jobs, answers each with its result, until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads'
import { type KnnJob, type KnnSetup, KnnWork } from './work.ts'

const port = parentPort!
const work = await KnnWork.start(workerData as KnnSetup)
port.on('message', (job: KnnJob) => port.postMessage(work.run(job)))
