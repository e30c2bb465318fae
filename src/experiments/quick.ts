import { canonical, settingsOf } from './cell.ts'
import type { DataSpec, Exhibit, Paper, System } from './paper.ts'

/** The shipped data set. */
const quickDataset = 'ml-latest-small'
const quickUsers = 100
/** Of all the shipped ratings: 2,269 movies have so many. */
const quickMinPerItem = 10

/** What a quick run sets at most, where a model has it; lists are capped number by number. */
const caps: Readonly<Record<string, number>> = {
  epochs: 2,
  pretrainEpochs: 1,
  layers: 64,
  factors: 16,
  maximumRank: 8,
  hidden: 32,
  units: 32,
  foldInSteps: 10,
}

/** Gibbs sampling needs a few sweeps after its burn-in to say anything. */
const sampler = { epochs: 12, burnIn: 4, samples: 8 }

/**
 * The same paper made small enough for a test: part of the shipped ratings in place of every data set, two epochs, narrow
 * layers, one seed. It shows that everything runs; its figures say nothing about the paper.
 */
export function quickPaper(paper: Paper): Paper {
  const systems = Object.fromEntries(Object.entries(paper.systems).map(([id, system]) => [id, quickSystem(system)]))
  const sameOnce = withoutRepeats(systems)
  const exhibits = oneOfEach(paper.exhibits).map((exhibit) => sameOnce(quickExhibit(exhibit)))
  return { ...paper, seeds: paper.seeds.slice(0, 1), systems, exhibits, glances: [] }
}

/** Drops the lists and curves of systems that have become the same as an earlier one of the exhibit. */
function withoutRepeats(systems: Readonly<Record<string, System>>): (exhibit: Exhibit) => Exhibit {
  const first = <T extends { readonly system: string }>(entries: readonly T[]): T[] => {
    const seen = new Set<string>()
    return entries.filter(({ system: id, ...rest }) => {
      const key = canonical({ system: systems[id], of: 'of' in rest ? rest.of : null })
      return !seen.has(key) && seen.add(key)
    })
  }
  return (exhibit) => {
    if (exhibit.kind === 'curves') return { ...exhibit, series: first(exhibit.series) }
    if (exhibit.kind !== 'similar') return exhibit
    return { ...exhibit, lists: exhibit.lists.map((list) => ({ ...list, ours: first(list.ours) })) }
  }
}

/** Of exhibits that differ in their data alone, which is one and the same here, the first. */
function oneOfEach(exhibits: readonly Exhibit[]): Exhibit[] {
  const seen = new Set<string>()
  const first = exhibits.filter(({ kind, title, set }) => {
    const key = `${kind} ${title}`
    if (set !== undefined && seen.has(key)) return false
    seen.add(key)
    return true
  })
  return first.map((exhibit) => (exhibit.set === undefined ? exhibit : { ...exhibit, set: 'a part of latest-small' }))
}

export function quickSystem(system: System): System {
  const measures = system.measures.map((measure) =>
    measure.kind === 'earlier' ? { ...measure, most: Math.min(200, measure.most ?? 200) } : measure,
  )
  const probes = system.probes?.map((probe) => (probe.kind === 'attention' ? { ...probe, users: 3, items: 10 } : probe))
  const hyperparameters = quickSettings(system)
  return { ...system, data: quickData(system.data), hyperparameters, measures, ...(probes && { probes }) }
}

function quickSettings(system: System): Readonly<Record<string, unknown>> {
  const given = system.hyperparameters ?? {}
  let settings: Record<string, unknown>
  try {
    settings = settingsOf(system)
  } catch {
    // A model that is not here yet cannot be made quicker; running it says so.
    return given
  }
  const quick: Record<string, unknown> = { ...given }
  if ('burnIn' in settings && 'samples' in settings)
    return { ...quick, ...sampler, ...capped(settings, ['maximumRank']) }
  // A forward pass for every rating is as much in one epoch as others do in a hundred.
  const once = settings.withhold === 'one' ? { epochs: 1 } : {}
  return { ...quick, ...capped(settings, Object.keys(caps)), ...once }
}

function capped(settings: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const key of keys) {
    const value = settings[key]
    const cap = caps[key]!
    if (typeof value === 'number' && value > cap) result[key] = cap
    if (Array.isArray(value) && value.some((one) => one > cap)) result[key] = value.map((one) => Math.min(cap, one))
  }
  return result
}

function quickData(data: DataSpec): DataSpec {
  const { minPerItem, ...rest } = data
  return {
    ...rest,
    dataset: quickDataset,
    users: quickUsers,
    ...(minPerItem !== undefined && { minPerItem: quickMinPerItem }),
  }
}

/** Curves may watch fewer epochs than a table reads: what is beyond becomes the last. */
function quickExhibit(exhibit: Exhibit): Exhibit {
  if (exhibit.kind === 'distribution') return { ...exhibit, data: quickData(exhibit.data) }
  if (exhibit.kind === 'checks') {
    const checks = exhibit.checks.map((check) =>
      'data' in check.value ? { ...check, value: { ...check.value, data: quickData(check.value.data) } } : check,
    )
    return { ...exhibit, checks }
  }
  if (exhibit.kind === 'similar') {
    const lists = exhibit.lists.map((list) => ({ ...list, ours: list.ours.map(relabelled('header')) }))
    return { ...exhibit, lists }
  }
  if (exhibit.kind === 'curves') return { ...exhibit, series: exhibit.series.map(relabelled('label')) }
  if (exhibit.kind !== 'table') return exhibit
  const last = (metric: string): string =>
    metric.replace(/@epoch-(\d+)$/, (_, n) => `@epoch-${Math.min(Number(n), caps.epochs!)}`)
  const rows = exhibit.rows.map((row) => ({
    ...row,
    values: row.values.map((value) => value && { ...value, metric: last(value.metric) }),
  }))
  const labels = new Set<string>()
  const once = rows.map(relabelled('label')).filter(({ label }) => !labels.has(label) && labels.add(label))
  return { ...exhibit, rows: once }
}

/** A label that names a data set would name one that is not what was run. */
const relabelled =
  <K extends 'label' | 'header'>(key: K) =>
  <T extends Readonly<Record<K, string>>>(part: T): T => ({
    ...part,
    [key]: part[key].replace(/MovieLens (?:20M|1M|100K|latest-small|latest)/, 'a part of latest-small'),
  })
