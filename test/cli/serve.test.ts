import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../src/server/client/index.ts'
import { serveProcess } from '../server/faults/server.ts'
import { marquee, temporaryFolder, writeRatings } from './helpers.ts'

const folder = temporaryFolder()
const artefact = join(folder, 'artefact')
beforeAll(async () => {
  const ratings = writeRatings(join(folder, 'ratings.csv'))
  expect((await marquee(['train', ratings, '--model', 'bias', '--out', artefact])).code).toBe(0)
})
const files = (name: string) => ['--store', join(folder, `${name}.db`), '--folder', join(folder, name)]

describe('serve', () => {
  test('says where it answers, answers, and ends with 0 on SIGTERM', async () => {
    const { child, url, ended, said } = await serveProcess('--artefact', artefact, ...files('one'))
    expect(said()).toMatch(
      /^serving bias-\S+ with sqlite \S+one\.db at http:\/\/127\.0\.0\.1:\d+\nthe API is described at /,
    )
    const client = createClient(url)
    expect((await client.ready()).status).toBe('ready')
    expect((await client.recommendForSession({ k: 3 })).items).toHaveLength(3)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })

  test('a second start takes the models of the store', async () => {
    const { child, url, ended, said } = await serveProcess(...files('one'), '--public', 'read', '--rate-limit', '1000')
    const { models } = await createClient(url).listModels()
    expect(models.map(({ model, share }) => [model, share])).toEqual([['bias', 1]])
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(said()).toContain('finishing the requests under way, then stopping; press Ctrl-C again to stop at once')
    expect(said()).not.toContain('clean point')
  })

  test('reachable by others without keys: said', async () => {
    const open = await serveProcess(...files('one'), '--host', '0.0.0.0')
    open.child.kill('SIGTERM')
    expect(await open.ended).toBe(0)
    expect(open.said()).toContain('no key has been made')
    const { child, said, ended } = await serveProcess(...files('one'))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(said()).not.toContain('no key has been made')
  })

  test('a port in use: one line with the remedy', async () => {
    const other = createServer()
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const { code, err } = await marquee([
      'serve',
      '--artefact',
      artefact,
      ...files('two'),
      '--port',
      String(port),
      '--log-level',
      'silent',
    ])
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^error: --port: port \d+ of 127\.0\.0\.1 is in use .*--port 0.*\n$/),
    ])
    other.close()
  })

  test('without a model: what to do', async () => {
    const { code, err } = await marquee(['serve', ...files('three'), '--port', '0', '--log-level', 'silent'])
    expect(code).toBe(1)
    expect(err).toMatch(/--artefact|marquee train/)
    const none = await marquee([
      'serve',
      '--artefact',
      join(folder, 'none'),
      ...files('three'),
      '--log-level',
      'silent',
    ])
    expect([none.code, none.err]).toEqual([1, expect.stringMatching(/^error: .*no artefact here.*marquee train/)])
  })

  test('wrong options', async () => {
    for (const flags of [
      ['--port', '70000'],
      ['--public', 'admin'],
      ['--cors', 'https://films.example/path'],
      ['--retrain-every', '0'],
      ['--log-level', 'loud'],
    ]) {
      const { code, err } = await marquee(['serve', ...flags])
      expect([flags[0], code]).toEqual([flags[0], 2])
      expect(err).toContain(flags[0])
    }
  })
})

describe('keys', () => {
  const store = ['--store', join(folder, 'keys.db')]

  test('made, used by a server, listed, revoked', async () => {
    const made = await marquee(['keys', 'create', '--name', 'shop', '--scopes', 'read,feedback', ...store, '--json'])
    const key = JSON.parse(made.out)
    expect(key).toMatchObject({
      name: 'shop',
      scopes: ['read', 'feedback'],
      revoked: null,
      secret: expect.stringMatching(/^mq_/),
    })
    const { child, url, ended } = await serveProcess('--artefact', artefact, ...store, '--folder', join(folder, 'keys'))
    await expect(createClient(url).listMovies()).rejects.toMatchObject({ status: 401 })
    const client = createClient(url, { key: key.secret })
    expect((await client.listMovies()).total).toBe(10)
    // Made while the server runs: it counts at once.
    const admin = await marquee(['keys', 'create', '--name', 'ops', '--scopes', 'admin', ...store])
    expect(admin.out).toMatch(/^mq_[\w-]{43}\n$/)
    expect((await createClient(url, { key: admin.out.trim() }).listKeys()).keys).toHaveLength(2)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect((await marquee(['keys', 'revoke', key.id, ...store])).code).toBe(0)
    const list = await marquee(['keys', 'list', ...store])
    expect(list.out).toMatch(new RegExp(`${key.id} +shop +read,feedback +\\d{4}-\\d\\d-\\d\\d +\\d{4}-`))
    expect(list.out).not.toContain('mq_')
    expect((await marquee(['keys', 'revoke', 'none', ...store])).err).toMatch(/^error: .*none/)
    expect((await marquee(['keys', 'create', '--name', 'x', '--scopes', 'all', ...store])).code).toBe(2)
  })
})
