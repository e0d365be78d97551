/**
 * The login card as a cookie, `x-f-l-c`: where stock 2.27 and later put it once a server has
 * announced that it reads it there.
 *
 * Reference: fossil src/http.c:171-176 (writes), src/cgi.c:1339-1347 and xfer.c:1337-1351 (reads).
 * @module
 */

/**
 * The text of the login card among the cookies, `login USER NONCE SIGNATURE`, or undefined.
 *
 * @param cookies the value of the `Cookie` header
 */
export function loginCookie(cookies: string): string | undefined {
  for (const cookie of cookies.split(';')) {
    const [name = '', ...value] = cookie.split('=')
    if (name.trim() === 'x-f-l-c') return formDecoded(value.join('=').trim())
  }
  return undefined
}

/** `+` is a space and %HH a byte of UTF-8; what is neither stays. */
function formDecoded(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}
