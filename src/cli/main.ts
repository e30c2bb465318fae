/** The program behind bin/marquee.js: the process's streams and signals around `run`. */
import type { Io } from './io.ts'
import { run } from './run.ts'

const { stdout, stderr, env } = process
const stop = new AbortController()

// A reader that has enough (head, a pager that quits) is no error.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

let stopping = 'stopping at the next clean point'
const interrupt = (): void => {
  if (stop.signal.aborted) process.exit(130)
  stderr.write(`\n${stopping}; press Ctrl-C again to stop at once\n`)
  stop.abort()
}
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)

const io: Io = {
  stdout: (text) => void stdout.write(text),
  stderr: (text) => void stderr.write(text),
  tty: stderr.isTTY === true && env.TERM !== 'dumb' && !env.CI,
  colour: stdout.isTTY === true && !env.NO_COLOR,
  columns: stderr.columns ?? 80,
  signal: stop.signal,
  atInterrupt: (text) => {
    stopping = text
  },
}

const code = await run(process.argv.slice(2), io)
// Worker threads and native pools would keep the process alive; what was written must be out first.
stdout.write('', () => stderr.write('', () => process.exit(code)))
