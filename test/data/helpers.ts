import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { MarqueeError } from '../../src/core/errors.ts'

/** A folder of its own for one test file, with a function to fill it and one to remove it. */
export function scratch(): {
  folder: string
  file: (name: string, content: string | Buffer) => string
  remove: () => void
} {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-data-'))
  return {
    folder,
    file: (name, content) => {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
      return path
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The MarqueeError that a promise ends in; fails where it ends otherwise. */
export async function failure(promise: Promise<unknown>): Promise<MarqueeError> {
  const outcome = await promise.then(
    () => 'no error',
    (error: unknown) => error,
  )
  if (outcome instanceof MarqueeError) return outcome
  throw new Error(`expected a MarqueeError, got ${outcome instanceof Error ? outcome.stack : String(outcome)}`)
}

/** Where data sets that the repository does not hold may lie; null, with a printed reason, where this one does not. */
export function givenData(name: string): string | null {
  const path = join(process.env.MARQUEE_DATA ?? '../shared/data', name)
  if (existsSync(path)) return path
  console.log(`skipped: ${name} is not in ${dirname(path)} (set MARQUEE_DATA)`)
  return null
}

/** A zip file of these entries, made by hand so that tests can break it. */
export function zipOf(entries: readonly { name: string; content: string; crc?: number }[]): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, content, crc } of entries) {
    const data = Buffer.from(content)
    const packed = deflateRawSync(data)
    const title = Buffer.from(name)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(8, 4)
    shared.writeUInt32LE(crc ?? crc32(data), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(data.length, 18)
    shared.writeUInt16LE(title.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, title, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, tail, title]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}
