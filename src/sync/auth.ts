/**
 * The sender of a request, and their permissions.
 *
 * A request runs with the capabilities of `nobody` and `anonymous`, and after a login card with
 * those of the user, too. Source: fossil src/xfer.c:799-912 (check_login), 1297-1301, 1620-1650.
 *
 * A login card proves a password and covers the message, but does not expire. A server that keeps a
 * {@link NonceMemory} takes each proof once, so that a recorded request cannot be sent again; one
 * that has changed the repository cannot be, even after a restart (used-proofs.ts).
 * @module
 */

import type { Repo } from '../repo/repo.ts'
import { effectiveCapabilities, findUser, specialLogins } from '../admin/user.ts'
import type { LoginCard } from '../xfer/card.ts'
import { checkLogin } from '../xfer/login.ts'
import { type Access, accessOf } from './access.ts'
import { refused } from './refusal.ts'
import { isProofKept } from './used-proofs.ts'

/** The sender of a request. */
export interface Sender {
  /** Undefined where nobody logged in. */
  readonly login: string | undefined
  readonly uid: number | undefined
  /** The nonce of the login card, for `rcvfrom`. */
  readonly nonce: string | undefined
  readonly access: Access
}

/** Proofs that were used, the latest 100,000 of them. Lives as long as the server. */
export class NonceMemory {
  readonly #seen = new Set<string>()
  readonly #most: number

  constructor({ most = 100_000 } = {}) {
    this.#most = most
  }

  /** The request was rolled back and comes again: its proof was not used after all. */
  forget(nonce: string): void {
    this.#seen.delete(nonce)
  }

  /** Remembers a proof. Returns whether it is new. */
  use(nonce: string): boolean {
    if (this.#seen.has(nonce)) return false
    this.#seen.add(nonce)
    if (this.#seen.size > this.#most) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest)
        break
      }
    }
    return true
  }
}

/** The failed logins from the address of a request. */
export interface LoginGuard {
  /** Seconds until another try of this user is looked at; 0: it is looked at now. */
  waitSec(user: string): number
  failed(user: string): void
  succeeded(user: string): void
}

/** Someone who did not log in: the capabilities of `nobody`, and of `anonymous` as in stock. */
export function anonymousSender(repo: Repo): Sender {
  // Stock sets g.zLogin to "anonymous" before it reads capabilities (xfer.c:1297-1298).
  const access = accessOf(effectiveCapabilities(repo, 'anonymous'))
  return { login: undefined, uid: undefined, nonce: undefined, access }
}

/**
 * The sender that a login card names.
 *
 * @param rest everything that follows the card in its message
 * @throws {FossilError} `sync.refused` with stock's words when the proof is wrong or used
 */
export function loggedInSender(
  repo: Repo,
  card: LoginCard,
  rest: Uint8Array,
  nonces: NonceMemory | undefined,
): Sender {
  // Anybody may call themselves nobody or anonymous, whatever the signature (xfer.c:822-826).
  if (card.user === 'nobody' || card.user === 'anonymous') return anonymousSender(repo)
  const user = specialLogins.has(card.user) ? undefined : findUser(repo, card.user)
  // A user that does not exist costs the same time as a wrong password.
  const password = user?.password ?? ''
  const account = { projectCode: repo.projectCode, password: password || absentPassword }
  const isProven = checkLogin(card, rest, account) && password !== ''
  if (user === undefined || !isProven || wasUsed(repo, card.nonce, nonces)) {
    throw refused('login failed')
  }
  const access = accessOf(effectiveCapabilities(repo, user.login))
  return { login: user.login, uid: user.uid, nonce: card.nonce, access }
}

/** Used before: as far as this server remembers, or to change something. */
function wasUsed(repo: Repo, nonce: string, nonces: NonceMemory | undefined): boolean {
  if (nonces?.use(nonce) === false) {
    repo.env.mark?.('sync.login-replayed')
    return true
  }
  const isKept = isProofKept(repo, nonce)
  if (isKept) repo.env.mark?.('sync.login-replayed-later')
  return isKept
}

/** Compared with where there is no password; what it proves is thrown away. */
const absentPassword = '0'.repeat(40)
