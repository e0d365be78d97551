/**
 * Options of every command that talks to a server: who logs in, and by which way.
 *
 * Secrets come by standard input, by a variable of the environment, from what is remembered, or
 * are typed: what stands on a command line is there for everybody to read in a list of processes.
 * Source: fossil src/sync.c:200-260 (-B, --proxy), src/http_ssl.c (ssl-identity).
 * @module
 */

import type { Command } from 'commander'
import { decodeText } from '../base/text.ts'
import { readWholeFile } from '../base/whole-file.ts'
import { FossilError } from '../index.ts'
import type { httpTransport } from '../transport/http.ts'
import { readSecret } from './password.ts'

/** Options for reaching a server. */
export type HttpOptions = NonNullable<Parameters<typeof httpTransport>[1]>

/** The variable in which the password of a login is looked up, besides the options. */
export const passwordVariable = 'TRILOBITE_PASSWORD'
/** `user:password` for a server or proxy that asks for HTTP basic authentication. */
export const httpAuthVariable = 'TRILOBITE_HTTPAUTH'

/** The options as the parser gives them. */
export interface LoginOptions {
  readonly passwordStdin?: boolean
  readonly httpauth?: string
  readonly proxy?: string
  readonly sslIdentity?: string
  readonly trustRedirects?: boolean
}

/** Adds the options to a command. */
export function withLogin(command: Command): Command {
  return command
    .option('--password-stdin', `read the password from standard input (or ${passwordVariable})`)
    .option(
      '-B, --httpauth <user:password>',
      `HTTP basic authentication before the server (better: ${httpAuthVariable})`,
    )
    .option('--proxy <url>', 'an HTTP proxy; off: none (default: http_proxy and its kin)')
    .option('--ssl-identity <file>', 'a client certificate and its key, as PEM')
    .option('--trust-redirects', 'log in at another site, too, where a redirect leads there')
}

/**
 * The password that a program passes on; undefined where none is.
 *
 * @throws {FossilError} `option.invalid` where standard input has none
 */
export async function passedPassword(options: LoginOptions): Promise<string | undefined> {
  if (options.passwordStdin === true) return readSecret()
  const password = process.env[passwordVariable]
  return password === undefined || password === '' ? undefined : password
}

/**
 * Options for reaching the server.
 *
 * @throws {FossilError} `option.invalid`; `repo.unreadable` for a certificate
 */
export function wayOf(options: LoginOptions): HttpOptions {
  const { proxy, sslIdentity, trustRedirects } = options
  const auth = options.httpauth ?? process.env[httpAuthVariable]
  return {
    ...(auth === undefined || auth === '' ? {} : { headers: { authorization: basic(auth) } }),
    ...(proxy === undefined ? {} : { proxyEnv: proxyEnv(proxy) }),
    ...(sslIdentity === undefined ? {} : { tls: identityIn(sslIdentity) }),
    trustRedirects: trustRedirects === true,
  }
}

function basic(auth: string): string {
  if (auth.includes(':')) return `Basic ${Buffer.from(auth).toString('base64')}`
  throw new FossilError('option.invalid', { option: '--httpauth', reason: 'is user:password' })
}

function proxyEnv(proxy: string): NodeJS.ProcessEnv {
  return proxy === 'off' ? {} : { http_proxy: proxy, https_proxy: proxy }
}

function identityIn(path: string): { cert: string; key: string } {
  const pem = decodeText(readWholeFile(path))
  return { cert: pem, key: pem }
}
