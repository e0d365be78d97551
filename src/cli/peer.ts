/**
 * The server that a command talks to, from an address, from the name of a remote, or by default.
 * @module
 */

import { FossilError, listRemotes, putRemote, type Repo, type SyncOptions } from '../index.ts'
import { type HttpTransport, httpTransport } from '../transport/http.ts'
import { type HttpOptions, type LoginOptions, passedPassword, wayOf } from './login-options.ts'
import { askSecret } from './password.ts'
import { printNotice } from './output.ts'

/** A server and who we are there. */
export interface Peer {
  /** Without user and password. */
  readonly url: string
  /** With the user's name, as remotes are remembered. */
  readonly address: string
  readonly login: SyncOptions['login'] | undefined
  /** The password to keep with the address: none that a program passed for this once. */
  readonly remembered: string | undefined
  readonly way: HttpOptions
}

/**
 * Finds the server. A password that neither the address nor the repository knows is asked for.
 *
 * @param argument an address or the name of a remote; undefined: the default remote
 * @throws {FossilError} `option.invalid`
 */
export async function findPeer(
  repo: Repo,
  argument: string | undefined,
  options: LoginOptions,
): Promise<Peer> {
  if (argument !== undefined && isAddress(argument)) {
    return peerOf(argument, options, (peer) => knownPassword(repo, peer))
  }
  const remote = remoteNamed(repo, argument ?? 'default')
  if (remote !== undefined) return peerOf(remote.url, options, () => remote.password)
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
  options: LoginOptions,
  passwordFor: (peer: { url: string; user: string }) => string | undefined = () => undefined,
): Promise<Peer> {
  const { url, user, password, address } = partsOf(text)
  const way = wayOf(options)
  if (user === undefined) {
    if (options.passwordStdin === true) {
      const reason = 'say whose password it is: the address has no user (https://user@host/)'
      throw new FossilError('option.invalid', { option: '--password-stdin', reason })
    }
    return { url, address: url, login: undefined, remembered: undefined, way }
  }
  warnOfRaw(text)
  const kept = password ?? passwordFor({ url, user })
  const passed = password === undefined ? await passedPassword(options) : undefined
  const secret =
    passed ?? kept ?? (await askSecret(`Password of ${user} at ${new URL(url).host}: `))
  const remembered = passed === undefined ? secret : kept
  const login = { user, password: secret }
  return { url, address, login, remembered, way }
}

/** Stock takes such a password as it is, and so do we; every other program reads it differently. */
function warnOfRaw(text: string): void {
  const authority = /^\w+:\/\/([^/]*)@/.exec(text)?.[1] ?? ''
  if (!/[#?]/.test(authority)) return
  printNotice(
    'trilobite: # and ? in the password are taken as they are; elsewhere write %23 and %3F',
  )
}

/** The same server where it says that it has moved for good, as stock remembers it. http.c:687. */
export function movedWith(peer: Peer, transport: HttpTransport): Peer {
  const { url, redirectedTo } = transport
  if (url === peer.url) return peer
  const address = transport.addressFor(peer.login?.user)
  if (redirectedTo === undefined) return { ...peer, url, address }
  return { ...peer, url, address, login: undefined, remembered: undefined }
}

/** The address and password of a remote to remember, from an address that may hold both. */
export function remoteOf(text: string): { url: string; password?: string } {
  const { address, password } = partsOf(text)
  return {
    url: address,
    ...(password === undefined ? {} : { password }),
  }
}

/** The server that is remembered under a name. */
export function remoteNamed(
  repo: Repo,
  name: string,
): ReturnType<typeof listRemotes>[number] | undefined {
  return listRemotes(repo).find((remote) => remote.name === name)
}

/** Tells whether `text` is an address rather than a name. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
}

/** Remembers the server as the default remote, with the password that opened it. */
export function rememberPeer(repo: Repo, { address, remembered: password }: Peer): void {
  putRemote(repo, {
    name: 'default',
    url: address,
    ...(password === undefined ? {} : { password }),
  })
}

/** The user in the address of the default remote; undefined where there is none. */
export function rememberedUser(repo: Repo): string | undefined {
  const url = remoteNamed(repo, 'default')?.url
  return url === undefined ? undefined : rememberedParts(url)?.user
}

/** Undefined for what is no address of a server: stock remembers others, too. */
function rememberedParts(url: string): AddressParts | undefined {
  return /^https?:/i.test(url) && URL.canParse(url) ? partsOf(url) : undefined
}

/** An address, and who to be there. */
interface AddressParts {
  /** Without user and password. */
  readonly url: string
  readonly user: string | undefined
  readonly password: string | undefined
  /** With the user's name. */
  readonly address: string
}

/** Reads an address as the transport to it does. @throws {FossilError} `option.invalid` */
function partsOf(text: string): AddressParts {
  using transport = httpTransport(text, { proxyEnv: {} })
  const { url, user, password } = transport
  return { url, user, password, address: transport.addressFor(user) }
}

function knownPassword(repo: Repo, peer: { url: string; user: string }): string | undefined {
  const remote = remoteNamed(repo, 'default')
  const known = remote === undefined ? undefined : rememberedParts(remote.url)
  return known?.url === peer.url && known.user === peer.user ? remote?.password : undefined
}
