import type { Command } from 'commander'
import { openStore } from '../store/index.ts'
import { answer, jsonOption } from './common.ts'
import type { Io } from './io.ts'

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description('Makes a key invalid; a running server notices within five seconds. Keys stay needed.')
    .argument('<id>', 'of `marquee keys list`')
    .option('--store <url>', 'a file, or postgres://user:password@host/database', 'marquee.db')
    .addHelpText('after', '\nExample:\n  $ marquee keys revoke 1f2e3d4c5b6a')
    .action(async (id: string, { store: url, json }: { store: string; json?: boolean }) => {
      const store = await openStore(url, { create: false })
      try {
        await store.revokeKey(id)
        answer(io, json, { revoked: id }, () => `revoked ${id}\n`)
      } finally {
        await store.close()
      }
    })
}
