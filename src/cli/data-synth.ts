import type { Command } from 'commander'
import { type SyntheticOptions, synthesise, writeSynthetic } from '../data/synthetic/index.ts'
import { answer, jsonOption, withProgress } from './common.ts'
import type { Io } from './io.ts'
import { grouped } from './table.ts'
import { decimal, integer, scale, whole } from './values.ts'

type Flags = Omit<SyntheticOptions, 'onProgress'> & { out: string; json?: boolean }

export function define(command: Command, io: Io): void {
  command
    .description(
      'Makes ratings from latent factors, biases and noise of known size. manifest.json says the lowest RMSE that any ' +
        'model can reach on them.',
    )
    .requiredOption('--users <n>', 'how many users', whole(1))
    .requiredOption('--movies <n>', 'how many movies', whole(1))
    .requiredOption('--ratings <n>', 'how many ratings', whole(1))
    .option('--noise <sd>', 'standard deviation of the noise (default: 0.5)', decimal)
    .option('--factors <n>', 'latent factors (default: 4)', whole(0))
    .option('--skew <s>', 'how uneven movies are in popularity; 0 is even (default: 0.8)', decimal)
    .option('--user-skew <s>', 'the same for users (default: 0)', decimal)
    .option('--mean <rating>', 'mean rating (default: 3.5)', decimal)
    .option('--scale <min:max:step>', 'clip and round ratings to a scale (default: continuous)', scale)
    .option('--no-timestamps', 'leave times out')
    .option('--seed <n>', 'seed', integer, 1)
    .requiredOption('--out <dir>', 'folder for ratings.csv, movies.csv and manifest.json')
  jsonOption(command)
    .addHelpText(
      'after',
      '\nExample:\n  $ marquee data synth --users 1000 --movies 500 --ratings 100000 --noise 0.5 --out synthetic',
    )
    .action((flags: Flags & { movies: number }) => synth(flags, io))
}

async function synth({ movies, out, json, ...options }: Flags & { movies: number }, io: Io): Promise<void> {
  const data = await withProgress(io, async (line) => {
    const made = synthesise({ ...options, items: movies, onProgress: line.report })
    writeSynthetic(made, out)
    return made
  })
  const { floor, parameters } = data.manifest
  answer(io, json, { out, ...data.manifest }, () => {
    const { users, items, ratings } = parameters
    return (
      `${grouped(ratings)} ratings of ${grouped(items)} movies by ${grouped(users)} users, written to ${out}\n` +
      `the lowest RMSE that can be reached on them is ${floor.rmse.toFixed(4)}\n`
    )
  })
}
