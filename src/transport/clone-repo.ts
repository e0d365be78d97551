/**
 * A clone from an address to a file, in one call.
 *
 * May know files and transports. The conversation is `clone` of sync/sync.ts; here is what becomes
 * of the file: made where there is none, gone on with where it is an unfinished clone of the same
 * server, and left alone where it is anything else.
 * Reference: fossil src/clone.c:100-330 (clone_cmd), which begins every clone anew.
 * @module
 */

import { rmSync, type Stats, statSync, truncateSync } from 'node:fs'

import { findRemote, putRemote, removeRemote } from '../admin/remote.ts'
import { specialLogins } from '../admin/user.ts'
import type { Env } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { createClone, openRepo } from '../folder/repo-file.ts'
import { unreadableFile } from '../base/whole-file.ts'
import { holdsNothing } from '../repo/blob.ts'
import { config, setConfig } from '../repo/config.ts'
import type { CreateOptions } from '../repo/create.ts'
import type { Repo } from '../repo/repo.ts'
import type { SyncEvent, SyncTotals } from '../sync/events.ts'
import type { Credentials } from '../sync/login.ts'
import type { SyncResult } from '../sync/session-options.ts'
import { clone, type CloneOptions } from '../sync/sync.ts'
import { httpTransport, type HttpTransport, type HttpTransportOptions } from './http-client.ts'
import { parseRemote } from './http-url.ts'

/** Options of a clone to a file. */
export interface CloneRepoOptions extends CloneOptions, Pick<CreateOptions, 'adminUser'> {
  /** The clock and the randomness of the new repository: `systemEnv`. */
  readonly env: Env
  /** Logs in. Default: `user:password@` of the address, or nobody. */
  readonly login?: Credentials
  /** Called as bytes go and come, with the totals of this call. */
  readonly onProgress?: (totals: SyncTotals) => void
  /** Gives up when it aborts, with `transport.aborted`. What has come stays, to be gone on with. */
  readonly signal?: AbortSignal | undefined
  /**
   * The server as the remote `default` of the new repository: its address and user, those and the
   * password, or nothing. Default `address`.
   */
  readonly remember?: 'address' | 'login' | 'nothing'
  /** Deadlines, proxy, certificates and headers, for an address. */
  readonly http?: HttpTransportOptions
}

/** The result of a clone to a file. */
export interface CloneRepoResult extends SyncResult {
  /**
   * True once the file is a whole clone. It may lack what the server has lost, and then `complete`
   * is false; where both are false the same call goes on with the clone.
   */
  readonly isWhole: boolean
  /** The call went on with an unfinished clone. */
  readonly resumed: boolean
  /** The address of the server, without a password; where permanent redirects lead. */
  readonly url: string
  /** Another site that answered, and was told no login. */
  readonly redirectedTo: string | undefined
}

/**
 * Clones a repository from a server to a file, or goes on with a clone that did not finish: the
 * same call again, after whatever ended it. Every artifact is verified. Afterwards `openRepo`
 * opens the file.
 *
 * A call that fails or is aborted leaves what has come. It leaves no file where there was none
 * and nothing has come, or the login failed; and it never changes a file that it did not make.
 *
 * @example
 * ```ts
 * const { artifactsReceived } = await cloneRepo('https://fossil.example.org/p', 'p.fossil', {
 *   env: systemEnv,
 *   login: { user: 'ada', password },
 *   onProgress: ({ bytesReceived }) => console.log(bytesReceived, 'bytes'),
 * })
 * using repo = openRepo('p.fossil', systemEnv)
 * ```
 * @param from the address of a Fossil server, or a transport to it, which stays open
 * @param path the file: nothing, an empty file, or an unfinished clone of the same server
 * @throws {FossilError} `repo.invalid` where something else is at `path`, `repo.unreadable`,
 *   `repo.io`; `option.invalid`; `login.failed`, `sync.refused`, `sync.wrongproject`,
 *   `sync.endless`; `transport.*`; `xfer.*`, `hash.mismatch`, `delta.corrupt` for a server that
 *   makes no sense
 */
export async function cloneRepo(
  from: string | HttpTransport,
  path: string,
  options: CloneRepoOptions,
): Promise<CloneRepoResult> {
  const progress = new Progress(options)
  const transport =
    typeof from === 'string' ? httpTransport(from, progress.httpOptions(options.http)) : from
  try {
    const login = options.login ?? loginOf(transport)
    const target = new Target(path, transport.addressFor(login?.user), {
      ...options,
      ...(login === undefined ? {} : { login }),
    })
    return await target.fill(transport, progress)
  } finally {
    if (typeof from === 'string') transport.close()
  }
}

function loginOf({ user, password }: HttpTransport): Credentials | undefined {
  if (user === undefined) return undefined
  if (password !== undefined) return { user, password }
  const reason = `needs the password of ${JSON.stringify(user)}, whom the address names`
  throw new FossilError('option.invalid', { option: 'login', reason })
}

/** The file, and what there was before. */
class Target {
  readonly #path: string
  readonly #address: string
  readonly #options: CloneRepoOptions
  /** Undefined where there was nothing. */
  readonly #before: Stats | undefined

  constructor(path: string, address: string, options: CloneRepoOptions) {
    this.#path = path
    this.#address = address
    this.#options = options
    this.#before = statOf(path)
  }

  /** Nothing was there, or an empty file, which a process leaves that dies at once. */
  get #isNew(): boolean {
    return this.#before === undefined || (this.#before.isFile() && this.#before.size === 0)
  }

  async fill(transport: HttpTransport, progress: Progress): Promise<CloneRepoResult> {
    const { signal } = this.#options
    const repo = this.#isNew ? this.#create() : this.#openUnfinished()
    let wasRefused = false
    try {
      const options = { ...this.#options, observer: progress.observe }
      const result = await clone(repo, transport, options, { signal })
      const isWhole = !repo.isUnfinishedClone
      if (isWhole) this.#remember(repo, transport)
      const { url, redirectedTo } = transport
      return { ...result, isWhole, resumed: !this.#isNew, url, redirectedTo }
    } catch (error) {
      wasRefused = FossilError.is(error, 'login.failed')
      throw error
    } finally {
      const isUnfinished = this.#isNew && repo.isUnfinishedClone
      const isUseless = isUnfinished && (wasRefused || holdsNothing(repo))
      repo.close()
      // A mistyped address, login or password leaves nothing behind that would be gone on with.
      if (isUseless) this.#undo()
    }
  }

  #create(): Repo {
    const { env, login, adminUser = ownLogin(login) ?? 'admin' } = this.#options
    return createClone(this.#path, env, { adminUser, url: this.#address })
  }

  #openUnfinished(): Repo {
    const repo = openRepo(this.#path, this.#options.env)
    try {
      if (!repo.isUnfinishedClone) throw this.#taken('it exists already')
      const remembered = findRemote(repo, 'default')?.url
      if (remembered !== undefined && bare(remembered) !== bare(this.#address)) {
        throw this.#taken(`it is an unfinished clone of ${bare(remembered)}`)
      }
      return repo
    } catch (error) {
      repo.close()
      throw error
    }
  }

  #taken(reason: string): FossilError {
    return new FossilError('repo.invalid', { path: this.#path, reason })
  }

  #undo(): void {
    if (this.#before === undefined) rmSync(this.#path)
    else truncateSync(this.#path)
  }

  #remember(repo: Repo, transport: HttpTransport): void {
    const { login, remember = 'address' } = this.#options
    if (remember === 'nothing') return forgetServer(repo, login)
    // Another site was told no login, so none is remembered for it.
    const known = transport.redirectedTo === undefined ? login : undefined
    const password = remember === 'login' ? known?.password : undefined
    putRemote(repo, {
      name: 'default',
      url: transport.addressFor(known?.user),
      ...(password === undefined ? {} : { password }),
    })
  }
}

/** Without the address nothing else says whose clone it is. */
function forgetServer(repo: Repo, login: Credentials | undefined): void {
  const user = ownLogin(login)
  if (user !== undefined && config(repo, 'default-user') === undefined) {
    setConfig(repo, 'default-user', user)
  }
  removeRemote(repo, 'default')
}

/** The login of one person. Where the accounts of the server come along, it is one of them. */
function ownLogin(login: Credentials | undefined): string | undefined {
  return login === undefined || specialLogins.has(login.user) ? undefined : login.user
}

/** An address without its user. */
function bare(address: string): string {
  return parseRemote(address).url.href
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

/** Totals, with the bytes of the exchange under way where the transport is our own. */
class Progress {
  readonly #options: CloneRepoOptions
  /** Of whole messages. */
  #totals: SyncTotals = { artifactsSent: 0, artifactsReceived: 0, bytesSent: 0, bytesReceived: 0 }

  constructor(options: CloneRepoOptions) {
    this.#options = options
  }

  readonly observe = (event: SyncEvent): void => {
    if (event.type === 'round.sent' || event.type === 'round.received') {
      this.#totals = event.totals
      this.#options.onProgress?.(event.totals)
    }
    this.#options.observer?.(event)
  }

  httpOptions(http: HttpTransportOptions = {}): HttpTransportOptions {
    return {
      ...http,
      onProgress: (progress) => {
        http.onProgress?.(progress)
        const bytesReceived = this.#totals.bytesReceived + progress.bytesReceived
        if (progress.bytesReceived > 0)
          this.#options.onProgress?.({ ...this.#totals, bytesReceived })
      },
    }
  }
}
