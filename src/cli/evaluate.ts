import { type Command, Option } from 'commander'
import type { Protocol } from '../evaluation/index.ts'
import {
  type DatasetFlags,
  datasetArgument,
  datasetOptions,
  jsonOption,
  type ModelFlags,
  modelOptions,
  type SplitFlags,
  splitOptions,
} from './common.ts'
import { evaluateAll } from './evaluate-run.ts'
import type { Io } from './io.ts'
import { collect, decimal, integers, whole } from './values.ts'

export type EvaluateFlags = DatasetFlags &
  SplitFlags &
  ModelFlags & {
    train?: string
    validation?: string
    test?: string
    allowOverlap?: boolean
    metrics?: string
    k: number
    predictions?: string
    recommendations?: string
    protocol: Protocol['kind']
    candidates?: 'training' | 'all'
    threshold?: number
    empty?: 'zero' | 'one' | 'leave-out'
    negatives?: number
    by?: 'uniform' | 'popularity'
    seeds?: number[]
    compare?: string
    compareSet: string[]
    checkpoint?: string
    resume?: boolean
    json?: boolean
  }

export function define(command: Command, io: Io): void {
  command
    .description(
      'Fits a model on the training part of a split and measures it on the test part. With kfold and no --fold all folds ' +
        'are run; with --seeds every seed: then each figure is the mean, with its standard deviation.',
    )
    .argument('[dataset]', `${datasetArgument}; not needed with --train and --test`)
  modelOptions(command)
  splitOptions(command)
    .option('--train <file>', 'a given training file instead of a split, such as u1.base')
    .option('--validation <share or file>', 'share cut out of the training part, or a given file beside --train')
    .option('--test <file>', 'a given test file, such as u1.test')
    .option('--allow-overlap', 'given files may share a (user, item) pair')
  command
    .option('--metrics <names>', 'such as rmse,mae,ndcg@10,map (default: the usual ones)')
    .option('-k <n>', 'cut-off of metrics named without one, and length of the written lists', whole(1), 10)
    .option('--predictions <file>', 'write every test prediction as CSV: user,item,rating,prediction')
    .option('--recommendations <file>', 'write every top-k list as CSV: user,item,score,rank')
    .addOption(
      new Option('--protocol <kind>', 'full ranking, rated test items only, or sampled negatives')
        .choices(['full', 'rated', 'sampled'])
        .default('full'),
    )
    .addOption(new Option('--candidates <which>', 'full: rank training items or all').choices(['training', 'all']))
    .option('--threshold <rating>', 'test ratings from here on are relevant (needed by rated)', decimal)
    .addOption(new Option('--empty <rule>', 'rated: what 0/0 counts').choices(['zero', 'one', 'leave-out']))
    .option('--negatives <n>', 'sampled: how many (default: 99)', whole(1))
    .addOption(new Option('--by <how>', 'sampled: how negatives are drawn').choices(['uniform', 'popularity']))
    .option('--seeds <list>', 'repeat with these seeds, such as 1,2,3', integers)
    .option('--compare <model>', 'fit this model too and test the paired differences')
    .option('--compare-set <key=value>', 'a hyper-parameter of it; may be repeated', collect, [])
    .option('--checkpoint <dir>', 'keep a checkpoint here while training')
    .option('--resume', 'go on from that checkpoint')
  datasetOptions(command)
  jsonOption(command)
    .addHelpText(
      'after',
      `
Examples:
  $ marquee evaluate ml-latest-small --model bias --split time-user --metrics rmse,mae
  $ marquee evaluate --train u1.base --test u1.test --model dnn --metrics rmse
  $ marquee evaluate ml-latest-small --model embedding-dot --compare bias --seeds 1,2,3`,
    )
    .action((dataset: string | undefined, flags: EvaluateFlags) => evaluateAll(dataset, flags, io))
}
