#!/usr/bin/env node
/**
 * Starts Marquee: the built program of an installed package, or the sources of a clone. A Node that is too old (or cannot
 * run TypeScript sources) hands over to the Node that `npm ci` has put into node_modules.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'

const source = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const built = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const fromSource = existsSync(source)
const program = fromSource ? source : built

const [major, minor] = process.versions.node.split('.').map(Number)
const recent = major > 22 || (major === 22 && minor >= 12)

if (recent && (!fromSource || process.features.typescript)) {
  await import(pathToFileURL(program).href)
} else {
  const pinned = pinnedNode()
  if (pinned) handOver(pinned, [program])
  else if (recent) handOver(process.execPath, ['--experimental-strip-types', '--no-warnings', program])
  else {
    console.error(`error: Marquee needs Node 22.12 or newer, and this is ${process.version}.`)
    process.exit(1)
  }
}

function pinnedNode() {
  try {
    const folder = createRequire(import.meta.url).resolve('node/package.json')
    const name = process.platform === 'win32' ? 'node.exe' : 'node'
    const path = fileURLToPath(new URL(`bin/${name}`, pathToFileURL(folder)))
    return existsSync(path) && path !== process.execPath ? path : null
  } catch {
    return null
  }
}

function handOver(node, args) {
  const child = spawn(node, [...args, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Ctrl-C reaches the child by itself; this process only has to outlive it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', (error) => {
    console.error(`error: cannot start ${node}: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + constants.signals[signal] : code)
  })
}
