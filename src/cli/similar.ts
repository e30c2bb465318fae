import type { Command } from 'commander'
import { answer, jsonOption } from './common.ts'
import type { Io } from './io.ts'
import { Library } from './resolve.ts'
import { table } from './table.ts'
import { whole } from './values.ts'

interface Flags {
  artefact: string
  k: number
  json?: boolean
}

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description(
      'Lists the movies nearest to one movie, or to several taken together, by cosine of what the model learned.',
    )
    .argument('<titles...>', 'movies by title or #id')
    .requiredOption('--artefact <dir>', 'folder written by `marquee train`')
    .option('-k <n>', 'how many', whole(1), 10)
    .addHelpText(
      'after',
      '\nExample:\n  $ marquee similar --artefact artefacts/ml-latest-small "Toy Story (1995)" "Finding Nemo"',
    )
    .action((titles: string[], flags: Flags) => similar(titles, flags, io))
}

async function similar(titles: string[], { artefact: directory, k, json }: Flags, io: Io): Promise<void> {
  const library = await Library.open(directory, io)
  const { model } = library.artefact
  const given = titles.map((text) => library.find(text))
  const found = await model.similar(
    given.map(({ item }) => item),
    k,
  )
  const neighbours = found.map(({ item, similarity }, n) => ({
    rank: n + 1,
    item: library.id(item),
    title: library.title(item),
    similarity,
  }))
  const document = {
    artefact: directory,
    model: model.name,
    movies: given.map(({ asked, item, title }) => ({ asked, item: library.id(item), title })),
    neighbours,
  }
  answer(io, json, document, () =>
    table(
      [{ header: '', align: 'right' }, { header: 'similarity', align: 'right' }, { header: 'movie' }],
      neighbours.map(({ rank, similarity, title }) => [String(rank), similarity.toFixed(3), title]),
    ),
  )
}
