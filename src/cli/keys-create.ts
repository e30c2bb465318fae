import { type Command, InvalidArgumentError } from 'commander'
import { createKey, scopes as known, shownKey } from '../server/http/keys.ts'
import { openStore, type Scope } from '../store/index.ts'
import { answer, jsonOption } from './common.ts'
import type { Io } from './io.ts'

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description('Makes an API key and shows its secret, this once. From the first key on, the server asks for keys.')
    .requiredOption('--name <text>', 'what it is for')
    .option('--scopes <list>', 'of read, feedback, admin (admin includes the others)', scopes, ['read'])
    .option('--store <url>', 'a file, or postgres://user:password@host/database', 'marquee.db')
    .addHelpText('after', '\nExample:\n  $ marquee keys create --name shop --scopes read,feedback')
    .action(
      async ({ name, scopes, store: url, json }: { name: string; scopes: Scope[]; store: string; json?: boolean }) => {
        const store = await openStore(url)
        try {
          const { key, secret } = await createKey(store, name, scopes)
          answer(io, json, { ...shownKey(key), secret }, () => `${secret}\n`)
          if (!json) io.stderr(`key ${key.id} for ${key.scopes.join(', ')}; the secret is not kept, so keep it now\n`)
        } finally {
          await store.close()
        }
      },
    )
}

function scopes(text: string): Scope[] {
  return text.split(',').map((scope) => {
    if ((known as readonly string[]).includes(scope)) return scope as Scope
    throw new InvalidArgumentError(`"${scope}" is none of ${known.join(', ')}.`)
  })
}
