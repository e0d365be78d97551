/**
 * A repository with something in every configuration area, and what stock 2.21 made of it when its
 * server was asked for `/all`. Stock's own tables have to be there already.
 * @module
 */

import { strictUtf8 } from '../base/bytes.ts'
import type { ConfigCard } from '../xfer/card.ts'
import type { ConfigArea } from './config-areas.ts'

/** Alerts are set up in stock before this runs, and here by the first subscriber that arrives. */
export const configSql = `
DELETE FROM config WHERE name IN ('hash-policy', 'timeline-plaintext');
UPDATE user SET mtime = NULL;
DELETE FROM reportfmt;
INSERT INTO config(name, value, mtime) VALUES
  ('css', 'body { color: ''red'' }', 1001),
  ('header', '<h1>' || char(10) || '</h1>', 1002),
  ('logo-image', x'89504e470d0a', 1003),
  ('th1-uri-regexp', '^/x', 1004),
  ('project-name', 'Ünnamed', 1005),
  ('binary-glob', NULL, 1006),
  ('ticket-title-expr', 'title', 1007),
  ('user-color-map', 'x', 1008),
  ('xfer-push-script', 'puts 1', 1009),
  ('walias:/b', '/a', 1010),
  ('walias:/a', '{"x":1}', 1011),
  ('interwiki:w', '{"base":"http"}', 1012),
  ('max-upload', '5', 1013),
  ('project-description', 'not dated', NULL);
INSERT INTO shun(uuid, mtime, scom) VALUES
  ('1111111111111111111111111111111111111111', 1020, 'spam'),
  ('2222222222222222222222222222222222222222', 1021, NULL);
INSERT INTO concealed(hash, mtime, content) VALUES('abcd', 1030, 'a@b.c');
INSERT INTO user(login, pw, cap, info, photo, mtime) VALUES
  ('alice', 'aa', 'iv', 'Alice ''A''', x'00ff', 1040), ('bob', NULL, NULL, NULL, NULL, 1041);
INSERT INTO user(login, pw) VALUES('undated', 'x');
INSERT INTO reportfmt(owner, title, mtime, cols, sqlcode) VALUES
  (NULL, 'Julian', 2440587.5, NULL, 'SELECT 2'), ('alice', 'Mine', 1050, NULL, 'SELECT 1');
`

/** Rows of a table that only repositories with alerts have. */
export const subscriberSql = `
INSERT INTO subscriber(
  subscriberCode, semail, suname, sverified, sdonotcall, sdigest, ssub, sctime, mtime, smip
) VALUES
  (x'01', 'a@b.c', 'alice', 1, 0, 1, 'ac', 1060, 1061, '::1'),
  (x'02', 'd@e.f', NULL, 0, 0, 0, 'a', 1062, 1063, NULL);
`

/**
 * The cards that stock sends, in its order: an area that the card belongs to, its name, its
 * content.
 */
export const goldenCards: readonly (readonly [area: ConfigArea, name: string, content: string])[] =
  [
    ['shun', '/shun', `1020 '1111111111111111111111111111111111111111' scom 'spam'`],
    ['shun', '/shun', `1021 '2222222222222222222222222222222222222222' scom NULL`],
    ['user', '/user', `1040 'alice' pw 'aa' cap 'iv' info 'Alice ''A''' photo X'00FF' jx '{}'`],
    ['user', '/user', `1041 'bob' jx '{}'`],
    ['ticket', '/reportfmt', `2440587.5 'Julian' sqlcode 'SELECT 2' jx '{}'`],
    ['ticket', '/reportfmt', `1050 'Mine' owner 'alice' sqlcode 'SELECT 1' jx '{}'`],
    ['email', '/concealed', `1030 'abcd' content 'a@b.c'`],
    ['alias', '/config', `1011 'walias:/a' value '{"x":1}'`],
    ['alias', '/config', `1010 'walias:/b' value '/a'`],
    ['interwiki', '/config', `1012 'interwiki:w' value '{"base":"http"}'`],
    [
      'subscriber',
      '/subscriber',
      `1061 'a@b.c' suname 'alice' sdigest 1 sdonotcall 0 ssub 'ac' sctime 1060 smip '::1'`,
    ],
    ['css', '/config', `1001 'css' value 'body { color: ''red'' }'`],
    ['skin', '/config', `1002 'header' value '<h1>\n</h1>'`],
    ['skin', '/config', `1003 'logo-image' value X'89504E470D0A'`],
    ['skin', '/config', `1004 'th1-uri-regexp' value '^/x'`],
    ['project', '/config', `1005 'project-name' value 'Ünnamed'`],
    ['project', '/config', `1006 'binary-glob' value NULL`],
    ['ticket', '/config', `1007 'ticket-title-expr' value 'title'`],
    ['user', '/config', `1008 'user-color-map' value 'x'`],
    ['xfer', '/config', `1009 'xfer-push-script' value 'puts 1'`],
  ]

/** A card as its name and its content as text; bytes that are no text show as such. */
export function shown({ name, content }: ConfigCard): [name: string, content: string] {
  return [name, strictUtf8(content) ?? `bytes ${Buffer.from(content).toString('hex')}`]
}
