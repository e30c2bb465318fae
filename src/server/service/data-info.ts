import type { CleaningReport } from '../../data/dataset.ts'
import { type Distribution, describeDataset } from '../../data/info.ts'
import type { Live } from './shelf/live.ts'
import type { Answer } from './types.ts'

const made = new WeakMap<Live, Answer<'dataInfo'>>()

/** What a version was trained on. */
export function dataInfoOf(live: Live): Answer<'dataInfo'> {
  const there = made.get(live)
  if (there) return there
  const { dataset } = live.manifest
  const { licence, citation, fingerprint } = dataset
  const cleaning = {} as CleaningReport
  const source = { licence, citation, files: [] }
  const info = describeDataset({
    name: dataset.name,
    interactions: live.train,
    items: live.items,
    cleaning,
    source,
    fingerprint,
  })
  const flat = ({ min, max, mean, quantiles }: Distribution): Record<string, number> => ({
    min,
    max,
    mean,
    ...quantiles,
  })
  const answer: Answer<'dataInfo'> = {
    name: info.name,
    users: info.users,
    items: info.items,
    ratings: info.ratings,
    density: info.density,
    mean: info.meanRating,
    histogram: info.histogram.map((bar) => ({ ...bar })),
    perUser: flat(info.ratingsPerUser),
    perItem: flat(info.ratingsPerItem),
    licence,
    citation,
  }
  made.set(live, answer)
  return answer
}
