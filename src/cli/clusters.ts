import type { Command } from 'commander'
import { loadArtefact } from '../catalogue/artefact-load.ts'
import { findClusters } from '../explain/clusters/index.ts'
import { answer, jsonOption, withProgress } from './common.ts'
import { bold, type Io } from './io.ts'
import { grouped, table } from './table.ts'
import { integer, whole } from './values.ts'

interface Flags {
  artefact: string
  movies: number
  units?: number
  minRatings: number
  steps: number
  seed: number
  json?: boolean
}

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description(
      'Shows what the bottleneck units of an autoencoder stand for: for each, the movies whose high ratings activate it ' +
        'while the other units stay at zero, and how much they are of one genre against random lists.',
    )
    .requiredOption('--artefact <dir>', 'folder written by `marquee train` with an autoencoder')
    .option('--movies <n>', 'how many movies for each unit', whole(1), 10)
    .option('--units <n>', 'print only so many units, the most concentrated first (default: all)', whole(1))
    .option('--min-ratings <n>', 'only movies with so many training ratings', whole(1), 5)
    .option('--steps <n>', 'steps of the ascent', whole(1), 120)
    .option('--seed <n>', 'seed of the starts and of the random lists', integer, 1)
    .addHelpText('after', '\nExample:\n  $ marquee clusters --artefact artefacts/autoencoder --units 10')
    .action((flags: Flags) => show(flags, io))
}

async function show(
  { artefact: directory, movies, units, minRatings, steps, seed, json }: Flags,
  io: Io,
): Promise<void> {
  const { model, train, items } = await loadArtefact(directory)
  const found = await withProgress(io, (line) =>
    findClusters(model, train, items, {
      movies,
      minimumRatings: minRatings,
      steps,
      seed,
      onProgress: line.report,
      signal: io.signal,
    }),
  )
  const clusters = found.clusters
    .toSorted((a, b) => (a.p ?? 2) - (b.p ?? 2) || (a.genres[0]?.p ?? 1) - (b.genres[0]?.p ?? 1) || a.unit - b.unit)
    .slice(0, units)
    .map(({ movies: list, weights, ...cluster }) => ({
      ...cluster,
      movies: list.map((item, n) => ({
        item: train.items.id(item),
        title: items.titles[item]!,
        genres: items.genres[item]!,
        weight: weights[n]!,
      })),
    }))
  const { candidates, size, active, concentrated, agreement } = found
  const document = {
    artefact: directory,
    model: model.name,
    candidates,
    size,
    units: found.clusters.length,
    active,
    concentrated,
    agreement,
    clusters,
  }
  answer(io, json, document, () => {
    const rows = clusters.map(({ unit, activation, others, genres, p, movies: list }) => [
      String(unit),
      activation.toPrecision(3),
      others.toPrecision(2),
      genres[0] ? `${genres[0].genre} ${genres[0].count}/${list.length}` : '-',
      genres[0] ? genres[0].lift.toFixed(1) : '-',
      p === null ? '-' : p.toFixed(3),
    ])
    const right = 'right' as const
    const head = table(
      [
        { header: 'unit', align: right },
        { header: 'activation', align: right },
        { header: 'others', align: right },
        { header: 'genre' },
        { header: 'times chance', align: right },
        { header: 'p', align: right },
      ],
      rows,
    )
    const lists = clusters
      .filter(({ movies: list }) => list.length > 0)
      .map(
        ({ unit, movies: list }) =>
          `\n${bold(io, `unit ${unit}`)}\n${list.map(({ title }) => `  ${title}\n`).join('')}`,
      )
    const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
    const shared = agreement.units === null ? '-' : percent(agreement.units)
    return (
      `${found.clusters.length} units, ${active} of them activated; ${concentrated} are of one genre beyond chance (p < 0.05; ` +
      `${(0.05 * active).toFixed(1)} would be by chance)\n` +
      `two movies of a unit have a genre in common ${shared} of the time, of random lists ${percent(agreement.chance)}; ` +
      `lists of ${size} of ${grouped(candidates)} movies\n\n` +
      `${head}${lists.join('')}`
    )
  })
}
