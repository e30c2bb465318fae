import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ArtefactManifest } from '../../../catalogue/artefact.ts'
import type { StoredModel } from '../../../store/store.ts'
import type { Live } from '../shelf/live.ts'
import type { Model } from '../types.ts'

/** What GET /v1/models says of a version; `live` where it is loaded, `share` of the users it answers. */
export function describeModel(
  stored: StoredModel,
  manifest: ArtefactManifest,
  live: Live | null,
  share: number,
): Model {
  const { version, model, created, metrics, trainedThrough } = stored
  const { abilities, hyperparameters } = manifest.model
  const { dataset } = manifest
  return {
    version,
    model,
    created,
    live: live !== null,
    share,
    abilities: {
      ratings: abilities.ratings,
      foldIn: abilities.foldIn,
      similar: abilities.similar,
      explain: live?.model.explain !== undefined,
      unseenItems: abilities.unseenItems ?? false,
      browser: manifest.files.some(({ name, file }) => name === 'fold-in' && existsSync(join(stored.artefact, file))),
    },
    scale: dataset.scale,
    dataset: {
      name: dataset.name,
      users: dataset.users,
      items: dataset.items,
      ratings: dataset.trainingRatings,
      licence: dataset.licence,
      citation: dataset.citation,
    },
    metrics: { ...metrics },
    epochs: manifest.epochs.map(({ epoch, loss, validation, learningRate }) => ({
      epoch,
      loss,
      validation,
      learningRate,
    })),
    hyperparameters: { ...hyperparameters },
    trainedThrough,
  }
}
