import { Command } from 'commander'
import { packageVersion } from '../catalogue/artefact.ts'
import { MarqueeError } from '../core/errors.ts'
import { exitCodes, fail } from './fail.ts'
import type { Io } from './io.ts'

/** What every command file exports: options, help and action on a command that has its name already. */
export interface CommandFile {
  define(command: Command, io: Io): void
}

interface Entry {
  readonly name: string
  readonly summary: string
  readonly load: (() => Promise<CommandFile>) | readonly Entry[]
}

/** Files load only when their command is asked for. */
const commands: readonly Entry[] = [
  { name: 'start', summary: 'train on the shipped ratings and show recommendations', load: () => import('./start.ts') },
  {
    name: 'data',
    summary: 'list, inspect, download, export and make data sets',
    load: [
      { name: 'list', summary: 'the public data sets that are known by name', load: () => import('./data-list.ts') },
      {
        name: 'info',
        summary: 'counts, density and distributions of a data set',
        load: () => import('./data-info.ts'),
      },
      { name: 'get', summary: 'download a public data set', load: () => import('./data-get.ts') },
      { name: 'export', summary: 'write a data set in another format', load: () => import('./data-export.ts') },
      { name: 'synth', summary: 'make a data set of known noise', load: () => import('./data-synth.ts') },
    ],
  },
  { name: 'split', summary: 'divide ratings into train, validation and test files', load: () => import('./split.ts') },
  { name: 'train', summary: 'fit a model and save it as an artefact', load: () => import('./train.ts') },
  { name: 'evaluate', summary: 'fit a model and measure it on held-out ratings', load: () => import('./evaluate.ts') },
  { name: 'recommend', summary: 'movies for a user or for given ratings', load: () => import('./recommend.ts') },
  { name: 'similar', summary: 'the movies nearest to one or several', load: () => import('./similar.ts') },
  {
    name: 'reproduce',
    summary: "a paper's tables and figures, its figures beside ours",
    load: () => import('./reproduce.ts'),
  },
  {
    name: 'explain',
    summary: 'why a movie is predicted as it is, measured',
    load: () => import('./explain.ts'),
  },
  { name: 'tune', summary: 'search for the best hyper-parameters of a model', load: () => import('./tune.ts') },
  { name: 'study', summary: 'compare two systems blindly with people', load: () => import('./study.ts') },
  {
    name: 'clusters',
    summary: 'what the bottleneck units of an autoencoder stand for',
    load: () => import('./clusters.ts'),
  },
  { name: 'map', summary: 'the movies on a plane, near what the model finds near', load: () => import('./map.ts') },
  { name: 'serve', summary: 'recommendations over HTTP, with the page', load: () => import('./serve.ts') },
  {
    name: 'keys',
    summary: 'make, list and revoke API keys',
    load: [
      { name: 'create', summary: 'make a key', load: () => import('./keys-create.ts') },
      { name: 'list', summary: 'the keys of a store', load: () => import('./keys-list.ts') },
      { name: 'revoke', summary: 'make a key invalid', load: () => import('./keys-revoke.ts') },
    ],
  },
  {
    name: 'quantise',
    summary: 'the fold-in graph with 8-bit weights, and what that costs, measured',
    load: () => import('./quantise.ts'),
  },
  {
    name: 'store',
    summary: 'what the service remembers: counts, backup, moving',
    load: [
      { name: 'info', summary: 'counts of what is in a store', load: () => import('./store-info.ts') },
      { name: 'export', summary: 'write everything in a store to a file', load: () => import('./store-export.ts') },
      { name: 'import', summary: 'read an export into an empty store', load: () => import('./store-import.ts') },
    ],
  },
  { name: 'models', summary: 'what models there are and what can be set', load: () => import('./models.ts') },
]

/** Runs one command line (without the program's own name) and gives its exit code; everything it says goes to `io`. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const program = new Command('marquee')
    .description('Deep-learning movie recommendations: load ratings, train, measure, recommend.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr, outputError: () => {} })
    .showSuggestionAfterError()
    .addHelpText('after', '\n`marquee COMMAND --help` shows the options of a command, with an example.')
  try {
    if (argv.length === 0) {
      io.stdout((await withCommands(program, [], io)).helpInformation())
      return exitCodes.usage
    }
    await withCommands(program, argv, io)
    await program.parseAsync(splitSets(argv), { from: 'user' })
    return exitCodes.done
  } catch (error) {
    return fail(outOfDisk(error), io, argv.includes('--json'))
  }
}

async function withCommands(program: Command, argv: readonly string[], io: Io): Promise<Command> {
  const words = argv.filter((word) => !word.startsWith('-') && word !== 'help')
  await addCommands(program, commands, words, io)
  return program
}

/** Every command by name; options and actions only for the one that is meant. */
async function addCommands(
  parent: Command,
  entries: readonly Entry[],
  words: readonly string[],
  io: Io,
): Promise<void> {
  for (const { name, summary, load } of entries) {
    const command = parent.command(name).summary(summary).description(sentence(summary))
    if (typeof load !== 'function') await addCommands(command, load, name === words[0] ? words.slice(1) : [], io)
    else if (name === words[0]) (await load()).define(command, io)
  }
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`

/** `--set a=1 b=2` is `--set a=1 --set b=2`; an option of many values would swallow a DATASET that follows it. */
function splitSets(argv: readonly string[]): string[] {
  const result: string[] = []
  let inSet = false
  for (const word of argv) {
    const pair = /^[A-Za-z][\w.]*=/.test(word)
    if (inSet && pair && result.at(-1) !== '--set') result.push('--set')
    result.push(word)
    inSet = word === '--set' || (inSet && pair)
  }
  return result
}

/** A full disk is no bug, wherever it is noticed first. */
function outOfDisk(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof MarqueeError) return error
  const { code, path } = error as NodeJS.ErrnoException
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new MarqueeError('disk-full', `there is no space left (${error.message})`, {
    ...(path === undefined ? {} : { place: path }),
    remedy: 'Free some space and try again.',
    cause: error,
  })
}
