import type { OpAttributes, OpName } from './attributes.ts'
import type { DType, Node, Shape } from './node.ts'

export interface OpRule<K extends OpName> {
  infer(inputs: readonly Node[], attributes: OpAttributes[K]): { readonly shape: Shape; readonly dtype: DType }
}

export const table = {} as { [K in OpName]: OpRule<K> }
