/**
 * Names of commands.
 * @module
 */

import type { Command } from 'commander'

/** Tells whether a command has this name, or another one that is this. */
export function isCalled(command: Command, name: string | undefined): boolean {
  return name !== undefined && (command.name() === name || command.aliases().includes(name))
}
