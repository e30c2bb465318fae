/**
 * The process of one training: reads its folder, trains, measures, writes the artefact, and says how far it is. A process, not a
 * thread: what kills it (memory, native code) leaves the server standing. Ends when the server goes.
 */
import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { InterruptedError, MarqueeError } from '../../../core/errors.ts'
import type { Told, TrainingSpec } from './protocol.ts'
import { train } from './train.ts'

const folder = process.argv[2]!
const stop = new AbortController()
process.on('message', (message) => {
  if (message === 'cancel') stop.abort()
})
// The server is gone, killed perhaps: nobody waits for this any more.
process.on('disconnect', () => process.exit(1))
// Requests come first.
try {
  setPriority(10)
} catch {}

const say = (told: Told): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send!(told, () => resolve())
    else resolve()
  })

try {
  const spec = JSON.parse(readFileSync(join(folder, 'spec.json'), 'utf8')) as TrainingSpec
  await train(spec, folder, stop.signal, say)
  await say({ kind: 'done' })
} catch (error) {
  const known = error instanceof MarqueeError
  const code = error instanceof InterruptedError ? 'interrupted' : known ? error.code : 'internal'
  await say({ kind: 'failed', code, message: (error as Error).message, remedy: known ? (error.remedy ?? null) : null })
  if (!known) console.error(error)
}
process.disconnect()
