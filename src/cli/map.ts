import type { Command } from 'commander'
import { loadArtefact } from '../catalogue/artefact-load.ts'
import { mapPage, movieMap } from '../explain/map/index.ts'
import { answer, jsonOption, withProgress } from './common.ts'
import type { Io } from './io.ts'
import { secondsSince } from './io.ts'
import { usage } from './resolve.ts'
import { grouped } from './table.ts'
import { decimal, integer, whole } from './values.ts'
import { writeText } from './write-text.ts'

interface Flags {
  artefact: string
  out: string
  perplexity: number
  seed: number
  iterations: number
  minRatings: number
  most: number
  json?: boolean
}

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description(
      'Draws the movies of a saved artefact on a plane, near what the model finds near (t-SNE), coloured by genre, and says ' +
        'how well neighbourhoods are kept. A .html file is a page that works on its own; a .json file has the coordinates.',
    )
    .requiredOption('--artefact <dir>', 'folder written by `marquee train`')
    .requiredOption('--out <file>', 'where to write: NAME.html or NAME.json')
    .option('--perplexity <n>', 'how many neighbours a movie has, softly', decimal, 30)
    .option('--seed <n>', 'seed of the map', integer, 1)
    .option('--iterations <n>', 'steps of the descent', whole(1), 1000)
    .option('--min-ratings <n>', 'only movies with so many training ratings', whole(1), 5)
    .option('--most <n>', 'at most so many movies, the most rated', whole(1), 10_000)
    .addHelpText('after', '\nExample:\n  $ marquee map --artefact artefacts/ml-latest-small --out map.html')
    .action((flags: Flags) => draw(flags, io))
}

async function draw(flags: Flags, io: Io): Promise<void> {
  const { artefact: directory, out, perplexity, seed, iterations, minRatings, most, json } = flags
  if (!/\.(html|json)$/i.test(out)) throw usage(`--out ${out}: the name must end in .html or .json`)
  if (perplexity < 1) throw usage(`--perplexity ${perplexity}: at least 1`)
  const { model, manifest, train, items } = await loadArtefact(directory)
  const started = performance.now()
  const map = await withProgress(io, (line) =>
    movieMap(model, train, items, {
      perplexity,
      seed,
      iterations,
      minimumRatings: minRatings,
      most,
      onProgress: line.report,
      signal: io.signal,
    }),
  )
  const seconds = secondsSince(started)
  const isPage = /\.html$/i.test(out)
  writeText(out, isPage ? mapPage(map, `Movies of ${manifest.dataset.name}`) : `${JSON.stringify(map, null, 1)}\n`)
  const { movies, ...facts } = map
  const document = {
    artefact: directory,
    file: out,
    dataset: manifest.dataset.name,
    ...facts,
    movies: movies.length,
    seconds,
  }
  answer(io, json, document, () => {
    const { preservation: kept, genreAgreement: genre } = map
    const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
    return [
      `${grouped(movies.length)} movies mapped in ${seconds.toFixed(1)} s: divergence ${map.divergence.toFixed(3)}`,
      `trustworthiness ${kept.trustworthiness.toFixed(3)} (${kept.neighbours} neighbours, ${grouped(kept.points)} movies)`,
      `of a movie's ${kept.neighbours} nearest ${percent(kept.recall)} are nearest on the map too (chance ${percent(kept.chance)})`,
      `near movies on the map share their genre: ${percent(genre.map)} (by the vectors ${percent(genre.vectors)}, chance ${percent(genre.chance)})`,
      `written: ${out}`,
      '',
    ].join('\n')
  })
}
