import type { Command } from 'commander'
import type { Who } from '../models/recommender.ts'
import { answer, jsonOption } from './common.ts'
import type { Io } from './io.ts'
import { Library, usage } from './resolve.ts'
import { table } from './table.ts'
import { collect, whole } from './values.ts'

interface Flags {
  artefact: string
  user?: string
  rate: string[]
  k: number
  exclude: string[]
  genre: string[]
  json?: boolean
}

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description(
      'Recommends movies from a saved artefact: for a user of the training data, or for anybody by a few ratings, without ' +
        'training again. Movies that were rated are left out.',
    )
    .requiredOption('--artefact <dir>', 'folder written by `marquee train`')
    .option('--user <id>', 'a user of the training data, by original id')
    .option('--rate <title=rating>', 'a rating of somebody new; may be repeated', collect, [])
    .option('-k <n>', 'how many', whole(1), 10)
    .option('--exclude <title>', 'a movie to leave out, by title or #id; may be repeated', collect, [])
    .option('--genre <name>', 'only movies of this genre; several widen the choice', collect, [])
    .addHelpText(
      'after',
      '\nExample:\n  $ marquee recommend --artefact artefacts/ml-latest-small --rate "Toy Story (1995)=5" --rate "The Matrix=4"',
    )
    .action((flags: Flags) => recommend(flags, io))
}

async function recommend({ artefact: directory, user, rate, k, exclude, genre, json }: Flags, io: Io): Promise<void> {
  if ((user === undefined) === (rate.length === 0)) throw usage('give either --user or --rate')
  const library = await Library.open(directory, io)
  const { artefact } = library
  const profile = rate.map((text) => library.rating(text))
  const excluded = exclude.map((text) => library.find(text))
  const genres = library.genres(genre)
  const who: Who = user === undefined ? { profile } : { user: library.user(user) }
  const found = await artefact.model.recommend(who, {
    k,
    exclude: excluded.map(({ item }) => item),
    ...(genres.size > 0 && { filter: (item: number) => artefact.items.genres[item]!.some((name) => genres.has(name)) }),
  })
  const recommendations = found.map(({ item, score, rating }, n) => ({
    rank: n + 1,
    item: library.id(item),
    title: library.title(item),
    score,
    rating,
    genres: artefact.items.genres[item]!,
  }))
  const rated = profile.map(({ item, rating, asked, title }) => ({ asked, item: library.id(item), title, rating }))
  const document = {
    artefact: directory,
    model: artefact.model.name,
    ...(user === undefined ? { profile: rated } : { user }),
    excluded: excluded.map(({ item, asked, title }) => ({ asked, item: library.id(item), title })),
    genres: [...genres],
    recommendations,
  }
  answer(io, json, document, () => {
    if (recommendations.length === 0) return 'no movie is left to recommend\n'
    const predicts = artefact.model.abilities.ratings
    return table(
      [
        { header: '', align: 'right' },
        { header: predicts ? 'rating' : 'score', align: 'right' },
        { header: 'movie' },
        { header: 'genres' },
      ],
      recommendations.map(({ rank, title, score, rating, genres }) => [
        String(rank),
        rating === null ? score.toPrecision(4) : rating.toFixed(2),
        title,
        genres.join(', '),
      ]),
    )
  })
}
