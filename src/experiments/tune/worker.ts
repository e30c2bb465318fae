/** A worker thread of a search: takes trials, answers each with its outcome, until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads'
import { Interactions } from '../../data/interactions.ts'
import { Vocabulary } from '../../data/vocabulary.ts'
import type { FromWorker, SentInteractions, WorkerSetup } from './pool.ts'
import { runTrial, type SearchData, type TrialJob } from './trial.ts'

const port = parentPort!
const { setup, scale, items, answer: shared, ...given } = workerData as WorkerSetup
const answer = new Int32Array(shared)
const users = Vocabulary.of([...given.users])
const itemIds = Vocabulary.of([...given.itemIds])
const received = (part: SentInteractions): Interactions => new Interactions({ ...part, users, items: itemIds, scale })
const data: SearchData = {
  train: received(given.train),
  validation: received(given.validation),
  validationProfiles: given.validationProfiles && received(given.validationProfiles),
  items,
}
const tell = (message: FromWorker): void => port.postMessage(message)

/** Waits for the answer where it stands, so that a trial is stopped at the very epoch at which it was found wanting. */
function goesOn(epoch: number, best: number): boolean {
  Atomics.store(answer, 0, 0)
  tell({ kind: 'epoch', epoch, best })
  Atomics.wait(answer, 0, 0)
  return Atomics.load(answer, 0) === 1
}

port.on('message', async (job: TrialJob) => {
  tell({ kind: 'outcome', outcome: await runTrial(setup, job, data, goesOn) })
})
