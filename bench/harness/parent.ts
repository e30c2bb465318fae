import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What a script of bench/ answers over its channel, and how it ended. */
async function answerOf<T>(script: string, args: readonly string[]): Promise<T> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const stop = (): void => void child.kill('SIGTERM')
  process.once('exit', stop)
  try {
    return await new Promise<T>((resolve, reject) => {
      child.once('message', (message) => resolve(message as T))
      child.once('error', reject)
      child.once('exit', (code, signal) => reject(new Error(`${script} ${args[0]} ended with ${signal ?? code}`)))
    })
  } finally {
    process.off('exit', stop)
  }
}

/** Runs a benchmark in a process of its own; one that dies is an outcome too. */
export function runBenchmark<T>(name: string, quick: boolean): Promise<T> {
  return answerOf<T>('./child.ts', [name, quick ? 'quick' : 'full'])
}

/** Runs a script of bench/ in a process of its own, so that its peak memory is its own; it answers with process.send(). */
export function runApart<T>(script: string, args: readonly string[]): Promise<T> {
  return answerOf<T>(`../${script}`, args)
}
