import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type ContainerTensor, readContainer, type TensorData, writeContainer } from '../../core/container.ts'
import { MarqueeError } from '../../core/errors.ts'

/** Where a run keeps its checkpoint, and whether it goes on from the one that is there. */
export interface CheckpointPlace {
  readonly directory: string
  readonly resume: boolean
}

export interface Checkpoint {
  /** What must agree for a run to go on from it. */
  readonly fingerprint: string
  /** JSON. */
  readonly values: unknown
  readonly tensors: Readonly<Record<string, TensorData>>
}

const fileName = 'checkpoint.bin'
const remedy = 'Start the training without --resume.'

/** Where the checkpoint of a folder lies. */
export const checkpointFile = (directory: string): string => join(directory, fileName)

/** Writes the checkpoint of a folder (made if missing), replacing the last one only when complete. Returns its path. */
export function writeCheckpoint(directory: string, { fingerprint, values, tensors }: Checkpoint): string {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (cause) {
    throw new MarqueeError('cannot-write', `cannot make the folder (${(cause as Error).message})`, {
      place: directory,
      remedy: 'Choose a folder that can be written to.',
      cause,
    })
  }
  const path = checkpointFile(directory)
  const shaped: Record<string, ContainerTensor> = {}
  for (const [name, data] of Object.entries(tensors)) shaped[name] = { shape: [data.length], data }
  writeContainer(path, { kind: 'checkpoint', values: { fingerprint, values }, tensors: shaped })
  return path
}

/**
 * Reads the checkpoint of a folder. Throws `no-checkpoint` where there is none, `other-checkpoint` where it belongs to
 * another run (data, hyper-parameters, seed or threads differ), `broken-file` where it is damaged.
 */
export function readCheckpoint(directory: string, fingerprint: string): Checkpoint {
  const path = checkpointFile(directory)
  if (!existsSync(path)) {
    throw new MarqueeError('no-checkpoint', 'there is no checkpoint to resume from', { place: directory, remedy })
  }
  const container = readContainer(path, 'checkpoint', remedy)
  const held = container.values as { fingerprint: string; values: unknown }
  if (held.fingerprint !== fingerprint) {
    throw new MarqueeError(
      'other-checkpoint',
      `the checkpoint belongs to another run (${differences(held.fingerprint, fingerprint)})`,
      {
        place: path,
        remedy: 'Use the same data, model, hyper-parameters, seed and threads, or start without --resume.',
      },
    )
  }
  const tensors: Record<string, TensorData> = {}
  for (const [name, { data }] of Object.entries(container.tensors)) tensors[name] = data
  return { fingerprint, values: held.values, tensors }
}

/** Removes the checkpoint of a finished run; no error where there is none. */
export function removeCheckpoint(directory: string): void {
  rmSync(checkpointFile(directory), { force: true })
}

/** Fingerprints are JSON objects: names the keys that differ, with both values. */
function differences(saved: string, now: string): string {
  const a = JSON.parse(saved) as Record<string, unknown>
  const b = JSON.parse(now) as Record<string, unknown>
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]))
    .map((key) => `${key}: ${JSON.stringify(a[key])} then, ${JSON.stringify(b[key])} now`)
    .join('; ')
}
