import type { Command } from 'commander'
import { shownKey } from '../server/http/keys.ts'
import { openStore } from '../store/index.ts'
import { answer, jsonOption } from './common.ts'
import type { Io } from './io.ts'
import { table } from './table.ts'

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description('The API keys of a store, without their secrets.')
    .option('--store <url>', 'a file, or postgres://user:password@host/database', 'marquee.db')
    .addHelpText('after', '\nExample:\n  $ marquee keys list')
    .action(async ({ store: url, json }: { store: string; json?: boolean }) => {
      const store = await openStore(url, { create: false })
      try {
        const keys = (await store.keys()).map(shownKey)
        answer(io, json, keys, () => {
          if (keys.length === 0)
            return 'no keys: the server asks for none, and answers admin routes only to its own machine\n'
          const rows = keys.map(({ id, name, scopes, created, revoked }) => [
            ...[id, name, scopes.join(','), created.slice(0, 10), revoked?.slice(0, 10) ?? '-'],
          ])
          return table(
            ['id', 'name', 'scopes', 'created', 'revoked'].map((header) => ({ header })),
            rows,
          )
        })
      } finally {
        await store.close()
      }
    })
}
