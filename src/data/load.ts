import type { Dataset } from './dataset.ts'
import type { LoadedParts, LoadOptions, LoadPartsOptions, PartFiles } from './options.ts'

/** Reads a data set by registry name, folder or file. */
export async function loadDataset(_nameOrPath: string, _options: LoadOptions = {}): Promise<Dataset> {
  throw new Error('not built yet')
}

/** Reads the files of a given split over one vocabulary. */
export async function loadParts(_files: PartFiles, _options: LoadPartsOptions = {}): Promise<LoadedParts> {
  throw new Error('not built yet')
}
