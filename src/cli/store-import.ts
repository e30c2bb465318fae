import type { Command } from 'commander'
import { importFromFile } from '../store/export-file.ts'
import { answer, jsonOption, withProgress } from './common.ts'
import type { Io } from './io.ts'
import { countsTable, type StoreFlags, storeOption, withStore } from './store-common.ts'

export function define(command: Command, io: Io): void {
  command
    .description('Reads what `marquee store export` wrote into an empty store, of either kind: all of it, or nothing.')
    .argument('<file>', 'an export; unpacked where its name ends in .gz')
  storeOption(command)
  jsonOption(command)
    .addHelpText('after', '\nExample:\n  $ marquee store import backup.ndjson.gz --store postgres://marquee@db/marquee')
    .action((file: string, { store: url, json }: StoreFlags) =>
      withStore(url, true, async (store) => {
        const counts = await withProgress(io, (line) =>
          importFromFile(store, file, { onProgress: line.report, signal: io.signal }),
        )
        answer(io, json, { store: store.name, file, ...counts }, () => `${store.name}\n${countsTable(counts)}`)
      }),
    )
}
