import type { Command } from 'commander'
import { drawInfo } from '../data/chart.ts'
import { describeDataset } from '../data/info.ts'
import { answer, type DatasetFlags, datasetArgument, datasetOptions, jsonOption, readDataset } from './common.ts'
import type { Io } from './io.ts'

type Flags = DatasetFlags & { ascii?: boolean; json?: boolean }

export function define(command: Command, io: Io): void {
  command
    .description('Shows counts, density, the histogram of ratings and how many ratings users and movies have.')
    .argument('<dataset>', datasetArgument)
    .option('--ascii', 'draw with # instead of block characters')
  datasetOptions(command)
  jsonOption(command)
    .addHelpText('after', '\nExample:\n  $ marquee data info ml-latest-small')
    .action(async (name: string, flags: Flags) => {
      const info = describeDataset(await readDataset(name, flags, io))
      const width = Math.min(100, io.columns)
      answer(io, flags.json, info, () => `${drawInfo(info, { width, ascii: flags.ascii ?? false })}\n`)
    })
}
