/**
 * Kinds of things that the timeline shows: `event.type`.
 * Source: fossil src/schema.c:366-392; src/manifest.c manifest_crosslink.
 * @module
 */

/** A kind of timeline entry. An attachment is an entry of what it is attached to. */
export type EventKind = 'checkin' | 'wiki' | 'ticket' | 'technote' | 'forum' | 'control'

/** `event.type` of each kind. */
export const typeOfEvent: Readonly<Record<EventKind, string>> = {
  checkin: 'ci',
  wiki: 'w',
  ticket: 't',
  technote: 'e',
  forum: 'f',
  control: 'g',
}

/** Every kind. */
export const eventKinds = ['checkin', 'wiki', 'ticket', 'technote', 'forum', 'control'] as const

/** The kind that an `event.type` stands for; undefined for one from a future version. */
export function kindOfEvent(type: string): EventKind | undefined {
  return eventKinds.find((kind) => typeOfEvent[kind] === type)
}
