export { atLeast, type GenreConcentration, GenreCounts } from './concentration.ts'
export { type Encoder, encoderOf } from './encoder.ts'
export { type Cluster, type ClusterOptions, type Clusters, clustersOf, findClusters } from './find.ts'
export { type Activated, type MaximiseOptions, maximiseUnits } from './maximise.ts'
