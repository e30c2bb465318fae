/** Versions without the time and the checksum in their names, where that still tells them apart. */
export function shortNames(a: string, b: string): [a: string, b: string] {
  const short = (version: string): string => version.replace(/-\d{8}T\d{6}-[0-9a-f]+$/, '')
  return short(a) === short(b) ? [a, b] : [short(a), short(b)]
}
