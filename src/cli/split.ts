import type { Command } from 'commander'
import { split, writeSplit } from '../data/splits/index.ts'
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
    .description('Divides the ratings of a data set and writes the parts as CSV files with the original ids.')
    .argument('<dataset>', datasetArgument)
  splitOptions(command)
    .option('--validation <share>', 'cut this share out of the training part again, by the same rule', share)
    .requiredOption('--out <dir>', 'folder for train.csv, test.csv, validation.csv and split.json')
  datasetOptions(command)
  jsonOption(command)
    .addHelpText('after', '\nExample:\n  $ marquee split ml-latest-small --split time-user --ratio 0.8 --out parts')
    .action(async (name: string, flags: Flags) => {
      const dataset = await readDataset(name, flags, io)
      const parts = split(dataset.interactions, splitSpec(flags, 'random', flags.validation))
      const written = writeSplit(parts, flags.out, { name: dataset.name, fingerprint: dataset.fingerprint })
      answer(io, flags.json, { ...written, out: flags.out }, () =>
        table(
          [{ header: `written to ${flags.out}` }, { header: 'ratings', align: 'right' }],
          Object.entries(written.counts).map(([file, count]) => [file, grouped(count)]),
        ),
      )
    })
}
