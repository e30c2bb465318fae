import type { Command } from 'commander'
import { answer, jsonOption } from './common.ts'
import type { Io } from './io.ts'
import { countsTable, type StoreFlags, storeOption, withStore } from './store-common.ts'

export function define(command: Command, io: Io): void {
  command.description('Shows what is in a store: users, movies, feedback by kind, models, studies, keys.')
  storeOption(command)
  jsonOption(command)
    .addHelpText('after', '\nExample:\n  $ marquee store info --store marquee.db')
    .action(({ store: url, json }: StoreFlags) =>
      withStore(url, false, async (store) => {
        const counts = await store.counts()
        answer(io, json, { store: store.name, ...counts }, () => `${store.name}\n${countsTable(counts)}`)
      }),
    )
}
