import type { Command } from 'commander'
import { exportToFile } from '../store/export-file.ts'
import { answer, jsonOption, withProgress } from './common.ts'
import type { Io } from './io.ts'
import { type StoreFlags, storeOption, withStore } from './store-common.ts'
import { grouped } from './table.ts'

type Flags = StoreFlags & { out: string }

export function define(command: Command, io: Io): void {
  command.description(
    'Writes everything in a store to one file, a JSON document on each line, as of one moment; the server may go on meanwhile.',
  )
  storeOption(command)
  jsonOption(command)
    .requiredOption('--out <file>', 'file to write; gzipped where its name ends in .gz')
    .addHelpText('after', '\nExample:\n  $ marquee store export --store marquee.db --out backup.ndjson.gz')
    .action(({ store: url, out, json }: Flags) =>
      withStore(url, false, async (store) => {
        const lines = await withProgress(io, (line) =>
          exportToFile(store, out, { onProgress: line.report, signal: io.signal }),
        )
        answer(io, json, { store: store.name, file: out, lines }, () => `${out}: ${grouped(lines)} lines\n`)
      }),
    )
}
