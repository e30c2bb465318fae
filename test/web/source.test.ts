import { afterEach, expect, it, vi } from 'vitest'
import { serverSource } from '../../web/src/source.ts'

afterEach(() => vi.unstubAllGlobals())

/** A server with versions `live`; notes which version each explanation was asked of. */
function serve(live: readonly string[], asked: (string | undefined)[], users: (string | undefined)[] = []): void {
  vi.stubGlobal('sessionStorage', { getItem: () => null })
  vi.stubGlobal('fetch', async (url: string | URL | Request, init?: RequestInit) => {
    const path = String(url instanceof Request ? url.url : url)
    const text = url instanceof Request ? await url.text() : String(init?.body)
    const body = JSON.parse(text) as { model?: string; user?: string }
    if (path.endsWith('/recommendations')) return Response.json({ recommendation: 'r', model: live[0], items: [] })
    asked.push(body.model)
    users.push(body.user)
    if (body.model !== undefined && !live.includes(body.model))
      return Response.json(
        { type: 'about:blank', title: 'x', status: 404, code: 'unknown-model', detail: 'x' },
        { status: 404, headers: { 'content-type': 'application/problem+json' } },
      )
    return Response.json({ model: body.model ?? 'main', text: 'because' })
  })
}

it('before any list tells whose visit it is, so that the version that answers them explains', async () => {
  const [asked, users]: [(string | undefined)[], (string | undefined)[]] = [[], []]
  serve(['b'], asked, users)
  const profile = [{ item: '1', rating: 5 }]
  await serverSource.explain(profile, '2', 5, { visitor: 'web-1' })
  await serverSource.explain(profile, '2', 5, { visitor: null })
  await serverSource.explain(profile, '2', 5)
  expect([asked, users]).toEqual([
    [undefined, undefined, undefined],
    ['web-1', undefined, undefined],
  ])
})

it('asks the version that made the last list to explain, and whatever answers once that is gone', async () => {
  const asked: (string | undefined)[] = []
  const profile = [{ item: '1', rating: 5 }]
  serve(['b'], asked)
  await serverSource.recommend({ profile })
  expect((await serverSource.explain(profile, '2', 5))!.model).toBe('b')
  serve(['c'], asked)
  expect((await serverSource.explain(profile, '2', 5))!.model).toBe('main')
  expect((await serverSource.explain(profile, '2', 5))!.model).toBe('main')
  expect(asked).toEqual(['b', 'b', undefined, undefined])
})
