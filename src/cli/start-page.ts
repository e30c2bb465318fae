import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { MarqueeError } from '../core/errors.ts'
import { createLog } from '../server/http/log.ts'
import { type ServeOptions, type Serving, serve } from '../server/serve.ts'
import { bold, type Io } from './io.ts'
import { untilStopped } from './serve.ts'

export interface PageOptions {
  /** Folder of the model that answers. */
  readonly artefact: string
  /** Without one 8080 is tried first, then any free one. */
  readonly port?: number
  readonly store: string
  /** Whether to open the browser, where there is somebody in front of it. */
  readonly open: boolean
}

/** The end of `marquee start`: the page, until Ctrl-C. */
export async function servePage({ artefact, port, store, open }: PageOptions, io: Io): Promise<void> {
  const options: ServeOptions = {
    artefacts: [artefact],
    store,
    folder: join(artefact, '..', 'served'),
    log: createLog('warn', { write: io.stderr }),
  }
  const serving = port === undefined ? await anywhere(options, io) : await serve({ ...options, port })
  const { url, page } = serving
  io.stdout(`\n${bold(io, page ? 'the page' : 'the API')} is at ${url}  (Ctrl-C ends it)\n`)
  if (!page) io.stdout('the page itself has not been built: `npm ci` builds it; until then only the API answers\n')
  if (page && open && io.tty) openBrowser(url)
  await untilStopped(serving, io)
}

async function anywhere(options: ServeOptions, io: Io): Promise<Serving> {
  try {
    return await serve({ ...options, port: 8080 })
  } catch (error) {
    if (!(error instanceof MarqueeError) || error.code !== 'port-in-use') throw error
    io.stdout('\nport 8080 is in use by another program, so a free one is taken\n')
    return serve({ ...options, port: 0 })
  }
}

/** Best effort: on a machine without a screen the printed address is all there is. */
function openBrowser(url: string): void {
  const { platform, env } = process
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return
  const [command, ...args] =
    platform === 'darwin' ? ['open', url] : platform === 'win32' ? ['cmd', '/c', 'start', '""', url] : ['xdg-open', url]
  const child = spawn(command!, args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
