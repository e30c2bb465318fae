import { readManifest } from '../../../catalogue/artefact-load.ts'
import type { StoredModel, Traffic } from '../../../store/store.ts'
import type { Parts } from '../parts.ts'
import type { Service } from '../service.ts'
import { digestOf } from '../shelf/live.ts'
import type { Answer, Model } from '../types.ts'
import { describeModel } from './describe.ts'

type Names = 'listModels' | 'addModel' | 'activateModel' | 'removeModel' | 'getTraffic' | 'setTraffic' | 'artefactOf'

/** Versions, and how they share the traffic. */
export function modelCalls({ store, desk, ids, served, warn }: Parts): Pick<Service, Names> {
  /** null, and a word to the log, for a version whose artefact is gone. */
  const described = (stored: StoredModel): Model | null => {
    const live = desk.shelf.get(stored.version) ?? null
    const variants = desk.any ? desk.current.traffic.variants : []
    const share = variants.find(({ version }) => version === stored.version)?.share ?? 0
    try {
      return describeModel(stored, live?.manifest ?? readManifest(stored.artefact), live, share)
    } catch (error) {
      warn('artefact-missing', error, { version: stored.version })
      return null
    }
  }

  const activateModel = async (version: string): Promise<Model> => described((await desk.activate(version)).stored)!

  return {
    listModels: async () => {
      const models: Model[] = []
      for (const stored of await store.models()) {
        const one = described(stored)
        if (one) models.push(one)
      }
      models.sort((a, b) => Number(b.live) - Number(a.live) || b.share - a.share || (a.created < b.created ? 1 : -1))
      return { models }
    },
    addModel: async ({ artefact, activate }) => {
      const { stored } = await desk.add(artefact)
      return activate ? activateModel(stored.version) : described(stored)!
    },
    activateModel,
    removeModel: async (version) => {
      await desk.remove(version)
      return { removed: version }
    },
    getTraffic: async () => {
      const { traffic } = desk.current
      const versions = new Map((await store.models()).map(({ version }) => [digestOf(version), version]))
      await served.flush()
      const report = await store.report((id) => {
        const read = ids.read(id)
        return read ? (versions.get(read.digest) ?? null) : null
      })
      const shares = new Map(traffic.variants.map(({ version, share }) => [version, share]))
      return {
        traffic: plainTraffic(traffic),
        report: report.map(({ version, served: lists, users, feedback, meanRating }) => ({
          version,
          share: shares.get(version) ?? 0,
          served: lists,
          users,
          feedback: { ...feedback },
          meanRating,
        })),
      }
    },
    setTraffic: async ({ variants, salt }) => plainTraffic(await desk.split(variants, salt)),
    artefactOf: (version) => {
      const live = desk.choose(version, null)
      return { version: live.version, directory: live.directory }
    },
  }
}

const plainTraffic = ({ variants, salt, since }: Traffic): Answer<'setTraffic'> => ({
  variants: variants.map((variant) => ({ ...variant })),
  salt,
  since,
})
