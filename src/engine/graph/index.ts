export * from './layers.ts'
export { type LoopOptions, loop } from './loop.ts'
export { type ConstantData, type Dim, type DType, Graph, type Node, type Operand, type Shape } from './node.ts'
export * from './ops.ts'
