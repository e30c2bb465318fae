// The dense half: a graph language, its derivatives, its ONNX form, and running that.
export { gradients } from './autodiff/gradients.ts'
export * from './graph/index.ts'
export { type EmitOptions, type EmittedModel, emit, type Signature } from './onnx/emit.ts'
export { type BoundRun, type Buffers, type Provider, Session, type SessionOptions } from './session/session.ts'
