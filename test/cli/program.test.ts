import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bin, spawnMarquee, temporaryFolder, writeRatings } from './helpers.ts'

const folder = temporaryFolder()
const ratings = writeRatings(join(folder, 'ratings.csv'))

describe('the real program', () => {
  test('one JSON document on standard output, nothing else', () => {
    const { code, out, err } = spawnMarquee(['evaluate', ratings, '--model', 'bias', '--metrics', 'rmse', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({ model: 'bias' })
  })

  test('trains and recommends', () => {
    const artefact = join(folder, 'artefact')
    expect(spawnMarquee(['train', ratings, '--model', 'bias', '--out', artefact]).code).toBe(0)
    const { code, out } = spawnMarquee(['recommend', '--artefact', artefact, '--user', '3'])
    expect(code).toBe(0)
    expect(out).toMatch(/^ +rating +movie +genres\n1 /)
  })

  test('a reader that closes early is no error', async () => {
    const child = spawn(process.execPath, [bin, 'models', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
    })
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  test('Ctrl-C stops training at a clean point, keeps a checkpoint and says how to go on', async () => {
    const out = join(folder, 'interrupted')
    const argv = ['train', 'ml-latest-small', '--model', 'embedding-dot', '--set', 'epochs=100000', '--threads', '1']
    const child = spawn(process.execPath, [bin, ...argv, '--out', out], { stdio: ['ignore', 'ignore', 'pipe'] })
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
      if (!child.killed && err.includes('training  epoch')) child.kill('SIGINT')
    })
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(130)
    expect(err).toMatch(/error: .*interrupted.*--resume/)
    expect(err).not.toMatch(/^ +at /m)
    expect(existsSync(join(out, 'checkpoint.bin'))).toBe(true)
    expect(existsSync(join(out, 'manifest.json'))).toBe(false)
  })

  // The machine's own Node, first on the PATH outside npm scripts; the launcher hands over to the pinned one.
  const old = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
    if (!existsSync(path)) return false
    return Number(spawnSync(path, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }).stdout) < 22
  })
  test.skipIf(!old)(`runs on a Node that is too old by itself (skipped where there is none)`, () => {
    const { code, out, err } = spawnMarquee(['--version'], { node: old! })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(spawnMarquee(['frob'], { node: old! }).code).toBe(2)
  })
})
