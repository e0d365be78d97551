/**
 * The server that a command talks to, from an address, from the name of a remote, or by default.
 * @module
 */

import { type Credentials, findRemote, FossilError, putRemote, type Repo } from '../index.ts'
import { parseRemote } from '../transport/http.ts'
import { askSecret } from './password.ts'

/** A server and who we are there. */
export interface Peer {
  /** Without user and password. */
  readonly url: string
  /** With the user's name, as remotes are remembered. */
  readonly address: string
  readonly login: Credentials | undefined
}

/**
 * Finds the server. A password that neither the address nor the repository knows is asked for.
 *
 * @param argument an address or the name of a remote; undefined: the default remote
 * @throws {FossilError} `option.invalid`
 */
export async function findPeer(repo: Repo, argument: string | undefined): Promise<Peer> {
  if (argument !== undefined && isAddress(argument)) {
    return peerOf(argument, (peer) => knownPassword(repo, peer))
  }
  const remote = findRemote(repo, argument ?? 'default')
  if (remote !== undefined) return peerOf(remote.url, () => remote.password)
  const reason =
    argument === undefined
      ? 'say with which server: none is remembered, and "trilobite remote add" remembers one'
      : `${JSON.stringify(argument)} is neither an address nor the name of a remote`
  throw new FossilError('option.invalid', { option: 'remote', reason })
}

/**
 * Reads an address.
 *
 * @param passwordFor what is known already, where the address names a user only
 * @throws {FossilError} `option.invalid`
 */
export async function peerOf(
  text: string,
  passwordFor: (peer: { url: string; user: string }) => string | undefined = () => undefined,
): Promise<Peer> {
  const { url, user, password } = parseRemote(text)
  if (user === undefined) return { url: url.href, address: url.href, login: undefined }
  const known = password ?? passwordFor({ url: url.href, user })
  const secret = known ?? (await askSecret(`Password of ${user} at ${url.host}: `))
  return { url: url.href, address: withUser(url, user), login: { user, password: secret } }
}

/** The address and password of a remote to remember, from an address that may hold both. */
export function remoteOf(text: string): { url: string; password?: string } {
  const { url, user, password } = parseRemote(text)
  return {
    url: user === undefined ? url.href : withUser(url, user),
    ...(password === undefined ? {} : { password }),
  }
}

/** Tells whether `text` is an address rather than a name. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
}

/** Remembers the server as the default remote, with the password that opened it. */
export function rememberPeer(repo: Repo, { address, login }: Peer): void {
  const password = login?.password
  putRemote(repo, {
    name: 'default',
    url: address,
    ...(password === undefined ? {} : { password }),
  })
}

/** The user in the address of the default remote; undefined where there is none. */
export function rememberedUser(repo: Repo): string | undefined {
  const url = findRemote(repo, 'default')?.url
  return url === undefined ? undefined : addressParts(url)?.user
}

/** Undefined for what is no address of a server: stock remembers others, too. */
function addressParts(url: string): ReturnType<typeof parseRemote> | undefined {
  return /^https?:/i.test(url) && URL.canParse(url) ? parseRemote(url) : undefined
}

function knownPassword(repo: Repo, peer: { url: string; user: string }): string | undefined {
  const remote = findRemote(repo, 'default')
  const known = remote === undefined ? undefined : addressParts(remote.url)
  return known?.url.href === peer.url && known.user === peer.user ? remote?.password : undefined
}

function withUser(url: URL, user: string): string {
  const address = new URL(url)
  address.username = user.replaceAll('+', '%2B')
  return address.href
}
