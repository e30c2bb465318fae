import { type Command, InvalidArgumentError, Option } from 'commander'
import { createLog, type LogLevel, logLevels } from '../server/http/log.ts'
import { type ServeOptions, type Serving, serve } from '../server/serve.ts'
import { answer, jsonOption } from './common.ts'
import type { Io } from './io.ts'
import { collect, port, whole } from './values.ts'

interface Flags {
  artefact: string[]
  port: number
  host: string
  store: string
  folder: string
  report?: string
  public?: ('read' | 'feedback')[]
  cors?: string[]
  rateLimit?: number
  trustProxy?: boolean
  retrainAfter?: number
  retrainEvery?: number
  grace: number
  logLevel: LogLevel
  json?: boolean
}

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description(
      'Answers recommendations over HTTP: the API, its description at /docs, and the page. Feedback is kept in the store. ' +
        'Ctrl-C ends it when what is under way is done.',
    )
    .option('--artefact <dir>', 'folder of a trained model; may be repeated: the first answers', collect, [])
    .option('--port <n>', '0 takes any free one', port, 8080)
    .option('--host <address>', 'where to listen; 0.0.0.0: everywhere', '127.0.0.1')
    .option('--store <url>', 'a file, or postgres://user:password@host/database', 'marquee.db')
    .option('--folder <dir>', 'for models that the server trains', '.marquee')
    .option('--report <file>', 'results.json of `marquee reproduce`, for the page')
    .option(
      '--public <scopes>',
      'read,feedback: what needs no key although there are keys; with it no admin route answers without one',
      publicScopes,
    )
    .option('--cors <origins>', 'origins whose pages may call the API, by commas', origins)
    .option(
      '--rate-limit <n>',
      'requests a second for each key or address; 0: none (default: 50, none on 127.0.0.1)',
      whole(0),
    )
    .option('--trust-proxy', 'believe X-Forwarded-For and X-Forwarded-Host')
    .option('--retrain-after <n>', 'train again after so many new ratings', whole(1))
    .option('--retrain-every <hours>', 'train again so often, if there are new ratings', hours)
    .option('--grace <seconds>', 'what requests under way have at the end', whole(0), 10)
    .addOption(new Option('--log-level <level>', 'lines of JSON on standard error').choices(logLevels).default('info'))
    .addHelpText('after', '\nExample:\n  $ marquee serve --artefact artefacts/ml-latest-small --port 8080')
    .action(async (flags: Flags) => {
      const serving = await serve(serveOptions(flags, io))
      const { url, port, page, store, service } = serving
      const document = { url, port, page, store: store.name, models: service.ready().models }
      answer(io, flags.json, document, () => greeting(serving))
      await untilStopped(serving, io)
    })
}

function serveOptions(flags: Flags, io: Io): ServeOptions {
  const { artefact, public: publicScopes, rateLimit, retrainEvery, grace, logLevel, ...rest } = flags
  return {
    ...rest,
    artefacts: artefact,
    grace: grace * 1000,
    log: createLog(logLevel, inBlocks(io.stderr)),
    ...(publicScopes && { publicScopes }),
    ...(rateLimit !== undefined && { rateLimit: rateLimit === 0 ? null : rateLimit }),
    ...(retrainEvery !== undefined && { retrainEvery }),
  }
}

/** What to say once it answers; the first line ends with the address. */
export function greeting({ url, page, unguarded, service, store }: Serving): string {
  const lines = [
    `serving ${service.ready().models.join(', ')} with ${store.name} at ${url}`,
    `the API is described at ${url}/docs/`,
  ]
  if (!page) lines.push('the page has not been built, so this is the API alone; `npm ci` builds it')
  if (unguarded) {
    lines.push(
      'no key has been made, so whoever reaches this address can write feedback; `marquee keys create` makes one',
    )
  }
  return `${lines.join('\n')}\n`
}

/** Until the first Ctrl-C or SIGTERM; then what is under way is finished. */
export async function untilStopped(serving: Serving, { signal, stderr, atInterrupt }: Io): Promise<void> {
  atInterrupt?.('finishing the requests under way, then stopping')
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  const { cut } = await serving.close()
  if (cut > 0) stderr(`${cut} requests were cut off at the end of the grace time\n`)
}

/** Log lines gathered for a moment: one write for many requests. */
function inBlocks(write: (text: string) => void): { write(line: string): void } {
  let gathered = ''
  return {
    write(line) {
      if (gathered === '') {
        setImmediate(() => {
          write(gathered)
          gathered = ''
        })
      }
      gathered += line
    },
  }
}

function hours(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value * 3_600_000
  throw new InvalidArgumentError('It must be a number of hours above 0.')
}

function publicScopes(text: string): ('read' | 'feedback')[] {
  return text.split(',').map((scope) => {
    if (scope === 'read' || scope === 'feedback') return scope
    throw new InvalidArgumentError('It must be read, feedback, or read,feedback: admin routes are never public.')
  })
}

function origins(text: string): string[] {
  return text.split(',').map((origin) => {
    const url = URL.canParse(origin) ? new URL(origin) : null
    if (url && url.origin === origin && url.origin !== 'null') return origin
    throw new InvalidArgumentError('Each must be an origin such as https://films.example, without a path.')
  })
}
