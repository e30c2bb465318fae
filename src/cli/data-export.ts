import { type Command, Option } from 'commander'
import { type ExportFormat, exportDataset } from '../data/export.ts'
import {
  answer,
  type DatasetFlags,
  datasetArgument,
  datasetOptions,
  jsonOption,
  readDataset,
  withProgress,
} from './common.ts'
import type { Io } from './io.ts'

type Flags = DatasetFlags & { format: ExportFormat; out: string; json?: boolean }

export function define(command: Command, io: Io): void {
  command
    .description('Writes a data set, cleaned and with its original ids, in a format that other tools read.')
    .argument('<dataset>', datasetArgument)
    .addOption(
      new Option('--format <format>', 'inter (RecBole), csv or parquet')
        .choices(['inter', 'csv', 'parquet'])
        .makeOptionMandatory(),
    )
    .requiredOption('--out <dir>', 'folder to write to')
  datasetOptions(command)
  jsonOption(command)
    .addHelpText('after', '\nExample:\n  $ marquee data export ml-latest-small --format parquet --out exported')
    .action(async (name: string, flags: Flags) => {
      const { format, out: directory } = flags
      const dataset = await readDataset(name, flags, io)
      const files = await withProgress(io, (line) =>
        exportDataset(dataset, { format, directory, onProgress: line.report, signal: io.signal }),
      )
      const document = { dataset: dataset.name, format, ratings: dataset.interactions.count, files }
      answer(io, flags.json, document, () => files.map((file) => `${file}\n`).join(''))
    })
}
