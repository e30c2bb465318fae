export type { CleaningReport, Dataset, DatasetSource, ItemTable } from './dataset.ts'
export { type Csr, Interactions, type RatingScale } from './interactions.ts'
export { loadDataset, loadParts } from './load.ts'
export type { ColumnMapping, LoadedParts, LoadOptions, LoadPartsOptions, PartFiles, ReadOptions } from './options.ts'
// Splits and synthetic data:
export * from './splits/index.ts'
export * from './synthetic/index.ts'
export { Vocabulary } from './vocabulary.ts'
