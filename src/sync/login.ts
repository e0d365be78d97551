/**
 * The client's side of a login: the card that signs a message.
 * @module
 */

import { config } from '../repo/config.ts'
import type { Repo } from '../repo/repo.ts'
import { signMessage } from '../xfer/login.ts'

/** The user who syncs, and their password. */
export interface Credentials {
  readonly user: string
  /** The password, or its shared secret of 40 hex digits. */
  readonly password: string
}

/** The message with its login card; as it is where nobody logs in, or the project is unknown. */
export function signed(
  repo: Repo,
  message: Uint8Array,
  login: Credentials | undefined,
): Uint8Array {
  const project = config(repo, 'project-code')
  if (login === undefined || project === undefined) return message
  const { user, password } = login
  return signMessage(message, { projectCode: project, login: user, password })
}
