/** Loads a data set in a process of its own and answers with the time, the peak memory and the digest: see ../load.ts. */
import { loadDataset } from '../../src/data/index.ts'
import { digestOf } from './digest.ts'

export interface Loaded {
  readonly seconds: number
  readonly peakBytes: number
  readonly digest: ReturnType<typeof digestOf>
}

const started = performance.now()
const { interactions } = await loadDataset(process.argv[2]!)
const seconds = (performance.now() - started) / 1000
const peakBytes = process.resourceUsage().maxRSS * 1024
process.send?.({ seconds, peakBytes, digest: digestOf(interactions) } satisfies Loaded, () => process.exit(0))
