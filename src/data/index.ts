export { type Bar, barChart, type ChartOptions, drawInfo } from './chart.ts'
export type { CleaningReport, Dataset, DatasetSource, ItemTable } from './dataset.ts'
export { type GetOptions, type GotDataset, getDataset } from './download.ts'
export { type ExportFormat, type ExportOptions, exportDataset, writeRatingsCsv } from './export.ts'
export { fingerprintOf } from './fingerprint.ts'
export { type DatasetInfo, type Distribution, describeDataset } from './info.ts'
export { type Csr, Interactions, type RatingScale } from './interactions.ts'
export { loadDataset, loadParts } from './load.ts'
export type { ColumnMapping, LoadedParts, LoadOptions, LoadPartsOptions, PartFiles, ReadOptions } from './options.ts'
export {
  dataDirectory,
  findEntry,
  getEntry,
  type Located,
  locateDataset,
  type RegistryEntry,
  registry,
} from './registry.ts'
export { detectScale } from './scale.ts'
// Splits and synthetic data:
export * from './splits/index.ts'
export * from './synthetic/index.ts'
export { Vocabulary } from './vocabulary.ts'
