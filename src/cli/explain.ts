import type { Command } from 'commander'
import { explainPrediction, inWords } from '../explain/index.ts'
import type { Who } from '../models/recommender.ts'
import { answer, jsonOption, withProgress } from './common.ts'
import type { Io } from './io.ts'
import { Library, usage } from './resolve.ts'
import { collect, whole } from './values.ts'

interface Flags {
  artefact: string
  user?: string
  rate: string[]
  k: number
  limit: number
  json?: boolean
}

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description(
      'Says why a model predicts what it predicts for one movie: the attention weights and the strength where the model has ' +
        "them, what the user and the movie add, and the user's own ratings that moved the prediction most, measured by leaving " +
        'them out.',
    )
    .argument('<title>', 'a movie by title or #id')
    .requiredOption('--artefact <dir>', 'folder written by `marquee train`')
    .option('--user <id>', 'a user of the training data, by original id')
    .option('--rate <title=rating>', 'a rating of somebody new; may be repeated', collect, [])
    .option('-k <n>', 'how many ratings to name', whole(1), 5)
    .option('--limit <n>', 'most ratings to leave out in turn, the movies nearest to this one first', whole(1), 100)
    .addHelpText(
      'after',
      '\nExample:\n  $ marquee explain --artefact artefacts/explainable --rate "Toy Story (1995)=5" --rate "The Matrix=4" "Finding Nemo"',
    )
    .action((title: string, flags: Flags) => explain(title, flags, io))
}

async function explain(
  asked: string,
  { artefact: directory, user, rate, k, limit, json }: Flags,
  io: Io,
): Promise<void> {
  if ((user === undefined) === (rate.length === 0)) throw usage('give either --user or --rate')
  const library = await Library.open(directory, io)
  const { model, train } = library.artefact
  const movie = library.find(asked)
  const profile = rate.map((text) => library.rating(text))
  const who: Who = user === undefined ? { profile } : { user: library.user(user) }
  const explained = await withProgress(io, (line) =>
    explainPrediction(model, train, who, movie.item, { k, limit, onProgress: line.report, signal: io.signal }),
  )
  const { item: _, influence, ...rest } = explained
  const named = (item: number) => ({ item: library.id(item), title: library.title(item) })
  const rated = profile.map(({ item, rating, asked }) => ({ asked, ...named(item), rating }))
  const document = {
    artefact: directory,
    ...(user === undefined ? { profile: rated } : { user }),
    movie: { asked: movie.asked, ...named(movie.item) },
    ...rest,
    influence: influence && {
      ...influence,
      ratings: influence.ratings.map(({ item, ...figures }) => ({ ...named(item), ...figures })),
    },
  }
  answer(io, json, document, () => inWords(explained, (item) => library.title(item), train.scale))
}
