export { type CheckerboardOptions, checkerboard } from './checkerboard.ts'
export type { SyntheticOptions, SyntheticParameters } from './options.ts'
export {
  type SyntheticData,
  type SyntheticManifest,
  type SyntheticTruth,
  signalFunction,
  synthesise,
} from './synthesise.ts'
export { writeSynthetic } from './write.ts'
