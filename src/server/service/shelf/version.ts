import { resolve } from 'node:path'
import type { ArtefactManifest } from '../../../catalogue/artefact.ts'
import type { StoredModel } from '../../../store/store.ts'

/** "embedding-dot-20261127T101500-1a2b3c4d": the model, when it was made, and the first digits of the manifest's checksum. */
export function versionOf({ model, created, checksum }: ArtefactManifest): string {
  return `${model.name}-${created.replace(/\.\d+|Z$/g, '').replace(/[-:Z]/g, '')}-${checksum.slice(0, 8)}`
}

/** What the store keeps of an artefact. */
export function storedModelOf(directory: string, manifest: ArtefactManifest): StoredModel {
  const trained = manifest.notes?.trainedThrough
  return {
    version: versionOf(manifest),
    model: manifest.model.name,
    artefact: resolve(directory),
    created: manifest.created,
    metrics: manifest.metrics,
    trainedThrough: typeof trained === 'number' ? trained : 0,
  }
}
