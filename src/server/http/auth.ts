import type { Scope } from '../../store/store.ts'
import type { Scope as RouteScope } from '../api/routes/route.ts'
import { grants, type Keyring } from './keys.ts'
import { isLocal } from './peer.ts'
import { HttpProblem } from './problem.ts'
import { header, type RequestContext } from './request.ts'

export interface AuthOptions {
  readonly publicScopes: readonly Scope[]
  readonly trustProxy: boolean
}

/** The secret in X-API-Key or "Authorization: Bearer"; null without. */
export function secretOf(c: RequestContext): string | null {
  const key = header(c, 'x-api-key')
  if (key !== undefined) return key
  const authorisation = header(c, 'authorization')
  if (authorisation === undefined) return null
  return /^Bearer +(\S+) *$/i.exec(authorisation)?.[1] ?? ''
}

/**
 * Lets a request through to a route of a scope, or throws 401 or 403. Gives the id of the key, null without one.
 *
 * | | a key is sent | none, and no key was ever made | none, and there are keys |
 * |---|---|---|---|
 * | open | yes | yes | yes |
 * | read, feedback | the key has the scope | yes | only what `publicScopes` opens |
 * | admin | the key has it | only from this machine, and not where scopes are public | no |
 */
export async function authorise(
  c: RequestContext,
  scope: RouteScope,
  keyring: Keyring,
  { publicScopes, trustProxy }: AuthOptions,
): Promise<string | null> {
  if (scope === 'open') return null
  const secret = secretOf(c)
  if (secret !== null) {
    const key = await keyring.find(secret)
    if (!key) {
      throw unauthorised(
        'bad-key',
        'the key is not valid',
        'Make one with `marquee keys create`, or ask who runs the server.',
      )
    }
    if (!grants(key.scopes, scope)) {
      const what = `the key "${key.id}" has the scopes ${key.scopes.join(', ')}, and this route needs ${scope}`
      throw new HttpProblem(403, 'missing-scope', what, { remedy: `Use a key with the scope ${scope}.` })
    }
    return key.id
  }
  if (publicScopes.includes(scope) && scope !== 'admin') return null
  if (await keyring.configured()) {
    const remedy = 'Send it as "X-API-Key: KEY" or "Authorization: Bearer KEY".'
    throw unauthorised('no-key', `this route needs a key with the scope ${scope}`, remedy)
  }
  if (scope !== 'admin') return null
  // Whoever says what is public expects strangers, and a proxy that names nobody would make them look like this machine.
  if (publicScopes.length === 0 && isLocal(c, trustProxy)) return null
  throw new HttpProblem(403, 'local-only', 'without keys this route answers only to this machine', {
    remedy: `${publicScopes.length > 0 ? 'The server was started with --public, so make' : 'Ask from the machine itself, or make'} a key with \`marquee keys create --scopes admin\` and send it.`,
  })
}

/**
 * For lists over all users, whatever scope is public: else anybody could read there the ids that visitors' data stands under, and
 * export or erase it. Lets whoever sent a key through (`key` is not null), and without keys this machine; throws 401 or 403.
 */
export async function authoriseOverAll(
  c: RequestContext,
  key: string | null,
  keyring: Keyring,
  { publicScopes, trustProxy }: AuthOptions,
): Promise<void> {
  if (key !== null) return
  if (await keyring.configured()) {
    throw unauthorised('no-key', 'feedback of everybody is listed only with a key', 'Name a user, or send a key.')
  }
  if (publicScopes.length === 0 && isLocal(c, trustProxy)) return
  throw new HttpProblem(403, 'local-only', 'without keys the feedback of everybody is listed only to this machine', {
    remedy: 'Name a user, or make a key with `marquee keys create --scopes read` and send it.',
  })
}

const unauthorised = (code: string, what: string, remedy: string): HttpProblem =>
  new HttpProblem(401, code, what, { remedy, headers: { 'www-authenticate': 'Bearer realm="marquee"' } })
