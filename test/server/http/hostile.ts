/** Requests made from the OpenAPI document: valid samples, and everything that can be wrong with them. */

// biome-ignore lint/suspicious/noExplicitAny: a JSON schema, or any JSON
type Any = any

/** What ends in strings: SQL, script, paths, templates, control characters, unusual Unicode, very long. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  "'; DROP TABLE events; --",
  "1' OR '1'='1",
  '"; DELETE FROM users WHERE ""="',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '\0',
  '\ud800',
  '\r\nset-cookie: a=b',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant as text
  '${7*7}{{7*7}}<%= 7*7 %>',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '👩‍👩‍👧‍👦🎬',
  'İıſﬃ\u0301\u202e‮ ',
  'NaN',
  '1e999',
  '-0',
  '%',
  '\\',
  'a'.repeat(201),
  'ä'.repeat(10_000),
]

/** In place of anything: every type, and numbers at the edges. */
export const hostileValues: readonly unknown[] = [
  ...hostileTexts,
  ...[null, true, 0, -1, 1.5, 1e21, -1e308, Number.MAX_SAFE_INTEGER, [], {}, [[]], [null], { a: 1 }, [{}]],
]

export interface Operation {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly scope: string
  readonly params: readonly string[]
  readonly query: readonly { readonly name: string; readonly schema: Any; readonly required: boolean }[]
  /** null without. */
  readonly body: Any
}

/** The operations of a document, their schemas' references resolved. */
export function operationsOf(document: Any): Operation[] {
  const resolve = (schema: Any): Any => {
    if (schema === null || typeof schema !== 'object') return schema
    if (Array.isArray(schema)) return schema.map(resolve)
    if (schema.$ref) return resolve(document.components.schemas[schema.$ref.split('/').at(-1)])
    return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolve(value)]))
  }
  return Object.entries(document.paths as Record<string, Record<string, Any>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const parameters: Any[] = operation.parameters ?? []
      return {
        name: operation.operationId,
        method: method.toUpperCase(),
        path,
        scope: operation['x-scope'],
        params: parameters.filter((one) => one.in === 'path').map((one) => one.name),
        query: parameters
          .filter((one) => one.in === 'query')
          .map(({ name, schema, required = false }) => ({ name, schema: resolve(schema), required })),
        body: operation.requestBody ? resolve(operation.requestBody.content['application/json'].schema) : null,
      }
    }),
  )
}

/** A value that a schema allows: every field given, lists with one entry. */
export function sample(schema: Any): Any {
  const one = schema.anyOf?.[0] ?? schema.oneOf?.[0] ?? schema.allOf?.[0]
  if (one) return sample(one)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.default !== undefined && typeof schema.default !== 'object') return schema.default
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === 'object') {
    const fields = Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, sample(inner)])
    return Object.fromEntries(fields)
  }
  if (type === 'array') return [sample(schema.items ?? {})]
  if (type === 'integer' || type === 'number') return schema.minimum ?? Math.min(1, schema.maximum ?? 1)
  if (type === 'boolean') return false
  if (type === 'string') return schema.format === 'date-time' ? '2026-11-27T10:15:00Z' : '1'
  return {}
}

/** Every place in a value, as a path of keys; the value itself first. */
export function placesIn(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) =>
          placesIn(one, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : []
  return [path, ...inner]
}

/** A copy with another value at a place. */
export function replaced(value: Any, path: readonly (string | number)[], by: unknown): Any {
  const [key, ...rest] = path
  if (key === undefined) return by
  const copy = Array.isArray(value) ? [...value] : { ...value }
  copy[key] = replaced(value[key], rest, by)
  return copy
}

/** A copy with one field too many at a place that is an object; null elsewhere. */
export function extended(value: Any, path: readonly (string | number)[], name: string): Any {
  const at = path.reduce((inner, key) => inner[key], value)
  if (typeof at !== 'object' || at === null || Array.isArray(at)) return null
  return replaced(value, path, { ...at, [name]: 1 })
}
