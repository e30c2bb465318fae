import type { Command } from 'commander'
import { getDataset } from '../data/download.ts'
import { getEntry } from '../data/registry.ts'
import { answer, jsonOption, withProgress } from './common.ts'
import type { Io } from './io.ts'

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description('Downloads a public data set into $MARQUEE_DATA (default: the cache folder), verified and unzipped.')
    .argument('<name>', 'a name of `marquee data list`')
    .addHelpText('after', '\nExample:\n  $ marquee data get ml-100k')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const { licence, citation } = getEntry(name)
      io.stderr(`licence: ${licence}\n`)
      const got = await withProgress(io, (line) => getDataset(name, { onProgress: line.report, signal: io.signal }))
      answer(io, json, { name, ...got, licence, citation }, () => {
        const how = got.unpacked
          ? got.verified
            ? 'downloaded and verified'
            : 'unpacked (no checksum to compare)'
          : 'already here'
        return `${got.path}: ${how}\ncite: ${citation}\n`
      })
    })
}
