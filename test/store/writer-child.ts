/**
 * Appends to a store as fast as it goes, and prints "SEQ USER ITEM VALUE" for each event once it is acknowledged, until it
 * is killed: node test/store/writer-child.ts ADDRESS PREFIX
 */
import { writeSync } from 'node:fs'
import { openStore } from '../../src/store/index.ts'

const [address, prefix] = process.argv.slice(2)
const store = await openStore(address!)

async function write(user: string): Promise<never> {
  for (let k = 0; ; k++) {
    const value = 1 + (k % 9) / 2
    // Two of a call, so that half a call would show.
    const event = { user, kind: 'rating' as const, value }
    const written = await store.append([
      { ...event, item: `${k % 50}` },
      { ...event, item: `${k % 50} too` },
    ])
    // Not by process.stdout, which may hold text back: what stands in the pipe survives us.
    for (const { seq, item } of written) writeSync(1, `${seq}\t${user}\t${item}\t${value}\n`)
  }
}

await Promise.all(Array.from({ length: 8 }, (_, k) => write(`${prefix}-${k}`)))
