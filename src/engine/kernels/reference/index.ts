import type { Kernels } from '../kernels.ts'
import { rowReference } from './rows.ts'
import { updateReference } from './updates.ts'

/** All kernels in plain TypeScript, over any arrays: what the compiled ones are compared with. */
export const referenceKernels: Kernels = { ...rowReference, ...updateReference }
