export type { CleaningReport, Dataset, DatasetSource, ItemTable } from './dataset.ts'
export { type Csr, Interactions, type RatingScale } from './interactions.ts'
export { loadDataset, loadParts } from './load.ts'
export type { ColumnMapping, LoadedParts, LoadOptions, LoadPartsOptions, PartFiles, ReadOptions } from './options.ts'
export { Vocabulary } from './vocabulary.ts'
// Splits and synthetic data:
