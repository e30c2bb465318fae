import { join } from 'node:path'
import type { Command } from 'commander'
import { split, splits, writeSplit } from '../data/splits/index.ts'
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
} from './common.ts'
import type { Io } from './io.ts'
import { grouped, table } from './table.ts'
import { share } from './values.ts'

type Flags = DatasetFlags & SplitFlags & { validation?: number; out: string; json?: boolean }

export function define(command: Command, io: Io): void {
  command
    .description(
      'Divides the ratings of a data set and writes the parts as CSV files with the original ids; kfold ' +
        'without --fold writes every fold to a folder of its own.',
    )
    .argument('<dataset>', datasetArgument)
  splitOptions(command)
    .option('--validation <share>', 'cut this share out of the training part again, by the same rule', share)
    .requiredOption('--out <dir>', 'folder for train.csv, test.csv, validation.csv and split.json')
  datasetOptions(command)
  jsonOption(command)
    .addHelpText('after', '\nExample:\n  $ marquee split ml-latest-small --split time-user --ratio 0.8 --out parts')
    .action(async (name: string, flags: Flags) => {
      const dataset = await readDataset(name, flags, io)
      const spec = splitSpec(flags, 'random', flags.validation)
      const source = { name: dataset.name, fingerprint: dataset.fingerprint }
      const all = flags.fold === undefined ? splits(dataset.interactions, spec) : [split(dataset.interactions, spec)]
      const written = all.map((parts) => {
        const out = all.length === 1 ? flags.out : join(flags.out, `fold-${parts.spec.fold}`)
        return { out, ...writeSplit(parts, out, source) }
      })
      answer(io, flags.json, written.length === 1 ? written[0] : { out: flags.out, folds: written }, () =>
        table(
          [{ header: 'file' }, { header: 'ratings', align: 'right' }],
          written.flatMap(({ out, counts }) =>
            Object.entries(counts).map(([file, count]) => [join(out, file), grouped(count)]),
          ),
        ),
      )
    })
}
