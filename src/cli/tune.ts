import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { registerBuiltins } from '../catalogue/builtin.ts'
import {
  parallelCoordinates,
  readSpace,
  type SamplerName,
  type SearchResult,
  type SearchSpace,
  samplerNames,
  search,
  searchData,
} from '../experiments/tune/index.ts'
import {
  answer,
  type DatasetFlags,
  datasetArgument,
  datasetOptions,
  jsonOption,
  readDataset,
  type SplitFlags,
  splitOptions,
  splitSpec,
  withProgress,
} from './common.ts'
import { modelOf } from './fit.ts'
import { type Io, secondsSince } from './io.ts'
import { usage } from './resolve.ts'
import { figure, shellWord, table } from './table.ts'
import { collect, hyperparameters, share, whole } from './values.ts'
import { writeText } from './write-text.ts'

type Flags = DatasetFlags &
  SplitFlags & {
    model: string
    space: string
    set: string[]
    trials: number
    validation: number
    metric: string
    sampler: SamplerName
    halving: boolean
    firstEpoch: number
    factor: number
    parallel: number
    threads?: number
    top: number
    out?: string
    resume?: boolean
    json?: boolean
  }

export function define(command: Command, io: Io): void {
  command
    .description(
      'Searches for the hyper-parameters that are best on a validation part, which is cut out of the training part of a ' +
        'split; the test part is not looked at. Bad trials are stopped early. With --out every trial is kept as it ends, ' +
        'and a page shows them all.',
    )
    .argument('<dataset>', datasetArgument)
    .requiredOption('--model <name>', 'a name of `marquee models`')
    .requiredOption('--space <file>', 'what to vary: JSON, such as recipes/spaces/MODEL.json')
    .option('--set <key=value>', 'a hyper-parameter that is not varied; may be repeated', collect, [])
    .option('--trials <n>', 'how many settings to try', whole(1), 40)
    .addOption(new Option('--sampler <kind>', 'how settings are chosen').choices([...samplerNames]).default('tpe'))
    .option('--metric <name>', 'what is best: rmse, mae, or a ranking metric such as ndcg@10', 'rmse')
    .option('--validation <share>', 'share of the training part to measure on', share, 0.1)
    .option('--no-halving', 'let every trial run to its end')
    .option('--first-epoch <n>', 'trials are first compared after this epoch', whole(1), 2)
    .option('--factor <n>', 'of so many trials one goes on', whole(2), 3)
    .option('--parallel <n>', 'trials at a time, each in a thread; 1 makes the search repeatable', whole(1), 1)
    .option('--threads <n>', 'threads of one trial (default: the cores divided by --parallel)', whole(1))
    .option('--top <n>', 'how many of the best to print', whole(1), 10)
    .option('--out <dir>', 'keep trials.jsonl, best.json and trials.html here')
    .option('--resume', 'go on with the trials in --out')
  splitOptions(command)
  datasetOptions(command)
  jsonOption(command)
    .addHelpText(
      'after',
      '\nExample:\n  $ marquee tune ml-latest-small --model embedding-dot --space recipes/spaces/embedding-dot.json --trials 30 --out tuned',
    )
    .action((name: string, flags: Flags) => tune(name, flags, io))
}

async function tune(name: string, flags: Flags, io: Io): Promise<void> {
  const { model, trials, metric, sampler, seed, parallel, out, resume = false } = flags
  const started = performance.now()
  if (resume && out === undefined) throw usage('--resume needs --out DIR')
  await modelOf(model, flags.set)
  registerBuiltins()
  const fixed = hyperparameters(model, flags.set)
  const space = readSpace(flags.space, model)
  const twice = Object.keys(fixed).find((key) => key in space)
  if (twice !== undefined) throw usage(`--set ${twice}: the search space varies it`)
  const dataset = await readDataset(name, flags, io)
  const spec = splitSpec(flags, 'random', flags.validation)
  const data = searchData(dataset.interactions, dataset.items, spec)
  const about = { dataset: dataset.name, fingerprint: dataset.fingerprint, split: spec }
  const result = await withProgress(io, (line) =>
    search(data, {
      model,
      space,
      fixed,
      trials,
      metric,
      sampler,
      seed,
      halving: flags.halving ? { firstEpoch: flags.firstEpoch, factor: flags.factor } : null,
      parallel,
      threads: flags.threads ?? Math.max(1, Math.floor(availableParallelism() / parallel)),
      ...(out !== undefined && { log: { path: join(out, 'trials.jsonl'), resume, about } }),
      onProgress: line.report,
      onTrial: ({ trial, status, reason }) => {
        if (status !== 'failed') return
        line.end()
        io.stderr(`trial ${trial} failed: ${reason}\n`)
      },
      signal: io.signal,
    }),
  )
  const best = result.ranked[0]!
  const settings = { ...fixed, ...best.settings }
  const document = {
    dataset: dataset.name,
    model,
    split: spec,
    metric: result.metric,
    sampler,
    seed,
    counts: countsOf(result),
    best: { trial: best.trial, value: best.value, epochs: best.bestEpoch, hyperparameters: settings },
    trials: result.trials,
    seconds: secondsSince(started),
    files: out === undefined ? [] : writeResults(out, result, space, `${model} on ${dataset.name}`, settings),
  }
  answer(io, flags.json, document, () => textOf(document, result, space, name, flags))
}

function writeResults(
  out: string,
  result: SearchResult,
  space: SearchSpace,
  title: string,
  settings: object,
): string[] {
  const page = join(out, 'trials.html')
  const best = join(out, 'best.json')
  writeText(page, parallelCoordinates(result, space, title))
  const { value, bestEpoch } = result.ranked[0]!
  writeText(
    best,
    `${JSON.stringify({ hyperparameters: settings, metric: result.metric, value, bestEpoch }, null, 2)}\n`,
  )
  return [join(out, 'trials.jsonl'), best, page]
}

const countsOf = ({ trials }: SearchResult) => ({
  finished: trials.filter(({ status }) => status === 'finished').length,
  stopped: trials.filter(({ status }) => status === 'stopped').length,
  failed: trials.filter(({ status }) => status === 'failed').length,
})

function textOf(
  {
    counts,
    best,
    files,
    seconds,
  }: { counts: ReturnType<typeof countsOf>; best: { hyperparameters: object }; files: string[]; seconds: number },
  result: SearchResult,
  space: SearchSpace,
  name: string,
  { model, top }: Flags,
): string {
  const names = Object.keys(space)
  const rows = result.ranked
    .slice(0, top)
    .map(({ trial, value, bestEpoch, validations, settings }) => [
      String(trial),
      figure(value),
      bestEpoch === null ? '-' : `${bestEpoch}/${validations.length}`,
      ...names.map((key) => cell(settings[key])),
    ])
  const head = [
    { header: 'trial', align: 'right' as const },
    { header: result.metric, align: 'right' as const },
    { header: 'epoch', align: 'right' as const },
    ...names.map((key) => ({ header: key, align: 'right' as const })),
  ]
  const set = Object.entries(best.hyperparameters).map(([key, value]) => ` --set ${key}=${shellValue(value)}`)
  return (
    `${counts.finished} trials finished, ${counts.stopped} stopped early, ${counts.failed} failed, in ${seconds.toFixed(1)} s; ` +
    `${result.metric} of the validation part\n${table(head, rows)}` +
    `${files.map((file) => `written: ${file}\n`).join('')}` +
    `to measure it once on the test part: marquee evaluate ${shellWord(name)} --model ${model}${set.join('')}\n`
  )
}

const cell = (value: unknown): string =>
  typeof value === 'number' && !Number.isInteger(value) ? String(Number(value.toPrecision(3))) : JSON.stringify(value)

function shellValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[\w.,+-]+$/.test(text) ? text : `'${text}'`
}
