/**
 * Login cards: proof of a password, and of every byte that follows.
 *
 * Pure functions of texts and bytes; users and what they may do are the repository's.
 * Specification: fossil www/sync.wiki §3.2. Reference: fossil src/http.c:50-131,
 * src/sha1.c:429-477, src/xfer.c:783-880.
 *
 * The proof does not expire: whoever sees a message can send it again. Clients make each message
 * unique with a random comment, which keeps proofs apart but forbids nothing.
 * @module
 */

import { requireBytes } from '../base/options.ts'
import { concat, utf8 } from '../base/bytes.ts'
import { sha1, sha3 } from '../hash/hash.ts'
import type { LoginCard } from './card.ts'
import { CardWriter } from './format.ts'

/** A user's password for a project, from which the shared secret is made. */
export interface Credentials {
  projectCode: string
  login: string
  password: string
}

/**
 * The secret that stands for a password on the wire and in `user.pw`: 40 digits, different in each
 * project. A password of 40 hexadecimal digits is taken for such a secret already, as stock does.
 */
export function sharedSecret({ projectCode, login, password }: Credentials): string {
  if (/^[0-9a-fA-F]{40}$/.test(password)) return password
  return sha1(utf8(`${projectCode}/${login}/${password}`))
}

/**
 * The card that signs `rest`, which is everything that follows the card's line.
 *
 * @param signer.secret from {@link sharedSecret}
 */
export function loginCard(rest: Uint8Array, signer: { login: string; secret: string }): LoginCard {
  const nonce = sha1(rest)
  const signature = sha1(utf8(nonce + signer.secret))
  return { type: 'login', user: signer.login, nonce, signature }
}

/**
 * The message that begins with the card that signs the rest of it.
 *
 * @example
 * ```ts
 * const account = { projectCode: repo.projectCode, login: 'ada', password }
 * const message = signMessage(writer.finish(), account)
 * ```
 * @param account.password or the secret that stands for it in this project, 40 hex digits
 */
export function signMessage(
  rest: Uint8Array,
  account: { projectCode: string; login: string; password: string },
): Uint8Array {
  requireBytes('rest', rest)
  return signBySecret(rest, { login: account.login, secret: sharedSecret(account) })
}

/** The same where the secret is known, or is to be wrong. */
export function signBySecret(
  rest: Uint8Array,
  signer: { login: string; secret: string },
): Uint8Array {
  const writer = new CardWriter()
  writer.add(loginCard(rest, signer))
  return concat([writer.finish(), rest])
}

/**
 * Tells whether `card` proves knowledge of `password` and covers `rest`. Takes the same time
 * whichever digit of a signature is wrong. The nonce may be SHA-1 or SHA3-256 (xfer.c:783-797).
 *
 * @param card from a message
 * @param rest what follows the card there: `CardReader.rest`
 * @param account.password as `user.pw` holds it: a shared secret, or the password itself, against
 *   which either form of proof counts; nobody has an empty password
 */
export function checkLogin(
  card: LoginCard,
  rest: Uint8Array,
  account: { projectCode: string; password: string },
): boolean {
  const { user, nonce, signature } = card
  const { projectCode, password } = account
  if (password === '' || nonce !== (nonce.length === 64 ? sha3(rest) : sha1(rest))) return false
  const secret = sharedSecret({ projectCode, login: user, password })
  const isBySecret = sameDigits(sha1(utf8(nonce + secret)), signature)
  const isByPassword = sameDigits(sha1(utf8(nonce + password)), signature)
  return isBySecret || isByPassword
}

function sameDigits(expected: string, actual: string): boolean {
  let difference = expected.length ^ actual.length
  for (let i = 0; i < expected.length; i++) {
    difference |= expected.charCodeAt(i) ^ actual.charCodeAt(i)
  }
  return difference === 0
}
