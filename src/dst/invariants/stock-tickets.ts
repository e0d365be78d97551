/**
 * Fields of tickets in the tables that stock makes, beside those that begin with `tkt_`.
 * Source: fossil src/schema.c:445-475.
 * @module
 */

/** Fields that belong to the ticket: it has one value, that of now. */
export const ticketFields: readonly string[] = [
  'type',
  'status',
  'subsystem',
  'priority',
  'severity',
  'foundin',
  'private_contact',
  'resolution',
  'title',
  'comment',
]

/** Fields that each change has for itself. */
export const changeFields: readonly string[] = ['login', 'username', 'mimetype', 'icomment']
