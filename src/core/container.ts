import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { MarqueeError } from './errors.ts'

/**
 * The one binary file format of Marquee: named arrays and a JSON value, for artefacts and checkpoints.
 *
 *   8 bytes   magic "MARQUEE\0"
 *   4 bytes   format version, little endian
 *   4 bytes   header length in bytes
 *   header    JSON: {kind, values, tensors: [{name, dtype, shape, bytes}]}
 *   payload   the arrays in header order, little endian, each padded to 8 bytes
 *   32 bytes  SHA-256 of everything before
 */
export const containerVersion = 1
const magic = Buffer.from('MARQUEE\0', 'latin1')
const chunk = 64 * 1024 * 1024

export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array

export interface ContainerTensor {
  readonly shape: readonly number[]
  readonly data: TensorData
}

export interface Container {
  /** What the file is for: "parameters", "checkpoint". */
  readonly kind: string
  /** Any JSON value; NaN and infinities do not survive. */
  readonly values: unknown
  readonly tensors: Readonly<Record<string, ContainerTensor>>
}

interface Header {
  kind: string
  values: unknown
  tensors: { name: string; dtype: string; shape: number[]; bytes: number }[]
}

const types: Record<string, { new (length: number): TensorData; BYTES_PER_ELEMENT: number }> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
}

function dtypeOf(data: TensorData): string {
  for (const [name, type] of Object.entries(types)) if (data instanceof type) return name
  throw new TypeError('a container holds float32, float64, int32 and uint8 arrays')
}

const bytesOf = (data: TensorData): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/**
 * Writes to a temporary name beside `path`, flushes it to disk and renames it: a crash leaves the old file.
 * Throws `cannot-write` naming the path and the system's reason (no space, no permission).
 */
export function writeContainer(path: string, container: Container): void {
  const entries = Object.entries(container.tensors)
  const header: Header = {
    kind: container.kind,
    values: container.values,
    tensors: entries.map(([name, { shape, data }]) => {
      if (shape.reduce((a, b) => a * b, 1) !== data.length) {
        throw new RangeError(`tensor ${name}: shape ${shape.join(' x ')} does not hold ${data.length} values`)
      }
      return { name, dtype: dtypeOf(data), shape: [...shape], bytes: data.byteLength }
    }),
  }
  const json = Buffer.from(JSON.stringify(header))
  const start = Buffer.alloc(16)
  magic.copy(start)
  start.writeUInt32LE(containerVersion, 8)
  start.writeUInt32LE(json.length, 12)
  const temporary = `${path}.${process.pid}.tmp`
  const hash = createHash('sha256')
  let file: number | null = null
  try {
    file = openSync(temporary, 'w')
    const put = (bytes: Uint8Array): void => {
      for (let at = 0; at < bytes.length; )
        at += writeSync(file as number, bytes, at, Math.min(chunk, bytes.length - at))
    }
    const putHashed = (bytes: Uint8Array): void => {
      for (let at = 0; at < bytes.length; at += chunk) hash.update(bytes.subarray(at, at + chunk))
      put(bytes)
    }
    putHashed(start)
    putHashed(json)
    for (const [, { data }] of entries) {
      putHashed(bytesOf(data))
      putHashed(new Uint8Array(-data.byteLength & 7))
    }
    put(hash.digest())
    fsyncSync(file)
    closeSync(file)
    file = null
    renameSync(temporary, path)
    flushDirectory(dirname(path))
  } catch (cause) {
    if (file !== null) closeSync(file)
    rmSync(temporary, { force: true })
    throw new MarqueeError('cannot-write', `cannot write the file (${(cause as Error).message})`, {
      place: path,
      remedy: 'Check the free space and the permissions of the folder; what was there before is untouched.',
      cause,
    })
  }
}

/** A rename is durable only once its folder is flushed too; some systems cannot open folders, and need not. */
export function flushDirectory(path: string): void {
  try {
    const folder = openSync(path, 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch {}
}

/**
 * Reads a container of the given kind and checks every byte of it. Throws `broken-file` for a file that is cut short,
 * changed or something else, and `other-version` for another format version; `remedy` says what the caller would have done.
 */
export function readContainer(path: string, kind: string, remedy: string): Container {
  const broken = (what: string): MarqueeError => new MarqueeError('broken-file', what, { place: path, remedy })
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    throw new MarqueeError('cannot-read', `cannot read the file (${(cause as Error).message})`, {
      place: path,
      remedy,
      cause,
    })
  }
  const hash = createHash('sha256')
  const take = (bytes: Uint8Array, hashed = true): void => {
    for (let at = 0; at < bytes.length; ) {
      const got = readSync(file, bytes, at, Math.min(chunk, bytes.length - at), null)
      if (got === 0) throw broken('the file is cut short')
      if (hashed) hash.update(bytes.subarray(at, at + got))
      at += got
    }
  }
  try {
    const start = Buffer.alloc(16)
    take(start)
    if (!start.subarray(0, 8).equals(magic)) throw broken('this is not a Marquee file')
    const version = start.readUInt32LE(8)
    if (version !== containerVersion) {
      throw new MarqueeError('other-version', `file format ${version}; this Marquee reads format ${containerVersion}`, {
        place: path,
        remedy,
      })
    }
    const length = start.readUInt32LE(12)
    if (length > 1 << 30) throw broken('the header is damaged')
    const json = Buffer.alloc(length)
    take(json)
    let header: Header
    try {
      header = JSON.parse(json.toString()) as Header
    } catch {
      throw broken('the header is damaged')
    }
    const tensors: Record<string, ContainerTensor> = {}
    for (const { name, dtype, shape, bytes } of header.tensors) {
      const type = types[dtype]
      const size = shape.reduce((a, b) => a * b, 1)
      if (!type || size * type.BYTES_PER_ELEMENT !== bytes) throw broken('the header is damaged')
      const data = new type(size)
      take(bytesOf(data))
      take(new Uint8Array(-bytes & 7))
      tensors[name] = { shape, data }
    }
    const expected = Buffer.alloc(32)
    take(expected, false)
    if (!hash.digest().equals(expected)) throw broken('the checksum does not match: the file was changed or damaged')
    if (header.kind !== kind) throw broken(`the file holds ${header.kind}, not ${kind}`)
    return { kind, values: header.values, tensors }
  } catch (error) {
    // A damaged header can name impossible shapes before the checksum at the end is reached.
    throw error instanceof MarqueeError ? error : broken('the header is damaged')
  } finally {
    closeSync(file)
  }
}
