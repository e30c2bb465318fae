import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { run } from '../../src/cli/run.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process. */
export async function marquee(argv: readonly string[], signal = new AbortController().signal): Promise<Ran> {
  let out = ''
  let err = ''
  const code = await run(argv, {
    stdout: (text) => {
      out += text
    },
    stderr: (text) => {
      err += text
    },
    tty: false,
    colour: false,
    columns: 80,
    signal,
  })
  return { code, out, err }
}

export const bin = fileURLToPath(new URL('../../bin/marquee.js', import.meta.url))

/** Runs the real program in a process of its own. */
export function spawnMarquee(argv: readonly string[], options: { node?: string; cwd?: string } = {}): Ran {
  const { node = process.execPath, cwd } = options
  const { status, stdout, stderr } = spawnSync(node, [bin, ...argv], { encoding: 'utf8', ...(cwd && { cwd }) })
  return { code: status ?? -1, out: stdout, err: stderr }
}

/** A folder for one test file, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-cli-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** 12 users x 10 items, every rating but one in five; returns the path. */
export function writeRatings(path: string): string {
  const rows = ['user,item,rating,timestamp']
  for (let user = 1; user <= 12; user++) {
    for (let item = 1; item <= 10; item++) {
      if ((user + item) % 5 !== 0)
        rows.push(`${user},${item},${1 + ((user * item) % 9) / 2},${1000 + user * 100 + item}`)
    }
  }
  writeFileSync(path, `${rows.join('\n')}\n`)
  return path
}
