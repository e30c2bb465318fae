/**
 * Addresses of the page in two forms: "/movie/318" and "/map?movie=1", or "/movie#/318" and "/map#?movie=1" where nobody is to
 * learn which movie is looked at. What stands behind "#" a browser never sends, on a reload neither.
 */

/** The form that tells a server no more than which page is opened. */
export function hidden(address: string): string {
  const [, page = address, rest = ''] = /^(\/[^/?#]*)([/?][^#]*)?/.exec(plain(address)) ?? []
  return rest === '' || rest === '/' ? page : `${page}#${rest}`
}

/** The ordinary form of either; a "#" that stands for a place within a page goes. */
export function plain(address: string): string {
  return address.replace(/^(\/[^/?#]*)#(?=[/?])/, '$1').replace(/#.*$/, '')
}
