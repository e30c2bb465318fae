// The dense half: a graph language, its derivatives, its ONNX form, and running that.
export { gradients } from './autodiff/gradients.ts'
export * from './graph/index.ts'
// The sparse half: memory that kernels and the runtime share, kernels over it, and what updates parameters.
export type { Kernels } from './kernels/kernels.ts'
export { chooseSimd, instantiateKernels, type Simd } from './kernels/load.ts'
export { referenceKernels } from './kernels/reference/index.ts'
export * from './memory/arena.ts'
export { type EmitOptions, type EmittedModel, emit, type Signature } from './onnx/emit.ts'
export { createDenseOptimiser, denseOptimiserBytes } from './optimisers/dense.ts'
export type * from './optimisers/optimiser.ts'
export { createTableOptimiser, type Table, tableOptimiserBytes } from './optimisers/table.ts'
export type { Provider } from './session/runtime.ts'
export { type BoundRun, type Buffers, Session, type SessionOptions } from './session/session.ts'
