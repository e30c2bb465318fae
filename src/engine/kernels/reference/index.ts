import type { Kernels } from '../kernels.ts'
import { bagReference } from './bag.ts'
import { drawReference } from './draws.ts'
import { rowReference } from './rows.ts'
import { scoreReference } from './scores.ts'
import { updateReference } from './updates.ts'

/** All kernels in plain TypeScript, over any arrays: what the compiled ones are compared with. */
export const referenceKernels: Kernels = {
  ...rowReference,
  ...bagReference,
  ...updateReference,
  ...scoreReference,
  ...drawReference,
}
