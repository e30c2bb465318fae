import measured from '../../results/full-size.json' with { type: 'json' }
import type { FullSizeResult } from '../../src/experiments/full-size.ts'
import type { Paper } from '../../src/experiments/paper.ts'
import { autoencoder } from './autoencoder.ts'
import { dnn } from './dnn.ts'
import { embeddingDot } from './embedding-dot.ts'
import { explainableDnn } from './explainable-dnn.ts'
import { ncf } from './ncf.ts'

/** The five papers in the order of shared/papers.md: plain data, so that they can travel with a built package. */
export const papers: readonly Paper[] = [dnn, autoencoder, explainableDnn, ncf, embeddingDot]

/** Time and memory of the cells on sets that may not be had: `npm run full-size`. */
export const fullSize: FullSizeResult = measured
