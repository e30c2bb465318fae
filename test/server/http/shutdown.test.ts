import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/server/http/app.ts'
import { listen } from '../../../src/server/http/server.ts'
import { openStore } from '../../../src/store/index.ts'
import { fakeService, post, run, send, temporaryFolder } from './helpers.ts'

const session = '/v1/session/recommendations'

/** A promise and what settles it. */
function gate<T = void>(): { promise: Promise<T>; open: (value: T) => void } {
  let open = (_: T): void => {}
  const promise = new Promise<T>((resolve) => {
    open = resolve
  })
  return { promise, open }
}

describe('the end', () => {
  test('what is under way is finished; not ready; nothing new is taken', async () => {
    const started = gate()
    const answer = gate<unknown>()
    const server = await run(
      fakeService({
        recommendForSession: () => {
          started.open()
          return answer.promise
        },
      }),
      { grace: 60_000 },
    )
    const { url, app } = server
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ready = () =>
      new Promise<number>((resolve, reject) => {
        request(`${url}/health/ready`, { agent }, (incoming) =>
          incoming.resume().on('end', () => resolve(incoming.statusCode!)),
        )
          .on('error', reject)
          .end()
      })
    expect(await ready()).toBe(200)
    const slow = post(url, session, {})
    await started.promise
    const closed = server.close()
    expect(app.lifecycle.draining).toBe(true)
    // On a connection that is open already a request is still answered, and told to go elsewhere.
    expect(await ready()).toBe(503)
    await expect(send(url, '/health/live')).rejects.toThrow(/ECONNREFUSED/)
    answer.open({ items: [] })
    expect((await slow).status).toBe(200)
    expect(await closed).toEqual({ cut: 0 })
    agent.destroy()
  })

  test('after the grace time what is left is cut off, and counted', async () => {
    const started = gate()
    const recommendForSession = () => {
      started.open()
      return new Promise(() => {})
    }
    const server = await run(fakeService({ recommendForSession }), { grace: 50 })
    const never = post(server.url, session, {}).catch((error: Error) => error)
    await started.promise
    expect(await server.close()).toEqual({ cut: 1 })
    expect(await never).toBeInstanceOf(Error)
  })

  test('a batch in mid-stream is finished within the grace time', async () => {
    const middle = gate()
    const rest = gate()
    const server = await run(
      fakeService({
        async *recommendBatch({ users }: { users: string[] }) {
          for (const [n, user] of users.entries()) {
            if (n === 30) {
              middle.open()
              await rest.promise
            }
            yield { user, list: { model: 'm' } }
          }
        },
      }),
      { grace: 60_000 },
    )
    const users = Array.from({ length: 60 }, (_, n) => String(n))
    const reading = post(server.url, '/v1/batch/recommendations', { users })
    await middle.promise
    const closed = server.close()
    expect(server.app.lifecycle.draining).toBe(true)
    // Past the moment at which connections without a request are let go.
    await new Promise((resolve) => setTimeout(resolve, 600))
    rest.open()
    expect(await closed).toEqual({ cut: 0 })
    expect((await reading).text.trimEnd().split('\n')).toHaveLength(60)
  })
})

describe('a port', () => {
  test('in use: said with the remedy', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const store = await openStore(`${temporaryFolder()}/marquee.db`)
    const app = createApp({ service: fakeService(), store, options: {} })
    await expect(listen(app, { port })).rejects.toMatchObject({
      code: 'port-in-use',
      remedy: expect.stringContaining('--port 0'),
    })
    await expect(listen(app, { port: 0, host: '203.0.113.1' })).rejects.toMatchObject({ code: 'no-address' })
    other.close()
    await store.close()
  })

  test('by default only this machine can connect', async () => {
    const { url, port } = await run(fakeService())
    expect(url).toBe(`http://127.0.0.1:${port}`)
  })
})
