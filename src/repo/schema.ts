/**
 * The tables of a Fossil repository. Table and column names, types and constraints are the file
 * format itself: stock `fossil` opens what these statements make.
 * Format: fossil src/schema.c, zRepositorySchema1 and zRepositorySchema2.
 *
 * Units: `rcvfrom.mtime`, `event.mtime`, `plink.mtime`, `tagxref.mtime` are Julian days (UTC);
 * `config.mtime`, `user.mtime`, `shun.mtime`, `unversioned.mtime` are seconds since 1970.
 * @module
 */

import type { Database } from '../db/driver.ts'

/** The tables that a rebuild keeps: artifacts, and what only this repository knows. */
export const keptTables = `
CREATE TABLE blob(
  rid INTEGER PRIMARY KEY,
  rcvid INTEGER,
  size INTEGER,
  uuid TEXT UNIQUE NOT NULL,
  content BLOB,
  CHECK( length(uuid)>=40 AND rid>0 )
);
CREATE TABLE delta(
  rid INTEGER PRIMARY KEY,
  srcid INTEGER NOT NULL REFERENCES blob
);
CREATE INDEX delta_i1 ON delta(srcid);
CREATE TABLE rcvfrom(
  rcvid INTEGER PRIMARY KEY,
  uid INTEGER REFERENCES user,
  mtime DATETIME,
  nonce TEXT UNIQUE,
  ipaddr TEXT
);
CREATE TABLE user(
  uid INTEGER PRIMARY KEY,
  login TEXT UNIQUE,
  pw TEXT,
  cap TEXT,
  cookie TEXT,
  ipaddr TEXT,
  cexpire DATETIME,
  info TEXT,
  mtime DATE,
  photo BLOB,
  jx TEXT DEFAULT '{}'
);
CREATE TABLE config(
  name TEXT PRIMARY KEY NOT NULL,
  value CLOB,
  mtime DATE,
  CHECK( typeof(name)='text' AND length(name)>=1 )
) WITHOUT ROWID;
CREATE TABLE shun(
  uuid TEXT PRIMARY KEY,
  mtime DATE,
  scom TEXT
) WITHOUT ROWID;
CREATE TABLE private(rid INTEGER PRIMARY KEY);
CREATE TABLE reportfmt(
   rn INTEGER PRIMARY KEY,
   owner TEXT,
   title TEXT UNIQUE,
   mtime DATE,
   cols TEXT,
   sqlcode TEXT,
   jx TEXT DEFAULT '{}'
);
CREATE TABLE concealed(
  hash TEXT PRIMARY KEY,
  mtime DATE,
  content TEXT
) WITHOUT ROWID;
PRAGMA application_id=252006673;
`

/** The tables that a rebuild recomputes from the artifacts. */
export const derivedTables = `
CREATE TABLE filename(
  fnid INTEGER PRIMARY KEY,
  name TEXT UNIQUE
);
CREATE TABLE mlink(
  mid INTEGER,
  fid INTEGER,
  pmid INTEGER,
  pid INTEGER,
  fnid INTEGER REFERENCES filename,
  pfnid INTEGER,
  mperm INTEGER,
  isaux BOOLEAN DEFAULT 0
);
CREATE INDEX mlink_i1 ON mlink(mid);
CREATE INDEX mlink_i2 ON mlink(fnid);
CREATE INDEX mlink_i3 ON mlink(fid);
CREATE INDEX mlink_i4 ON mlink(pid);
CREATE TABLE plink(
  pid INTEGER REFERENCES blob,
  cid INTEGER REFERENCES blob,
  isprim BOOLEAN,
  mtime DATETIME,
  baseid INTEGER REFERENCES blob,
  UNIQUE(pid, cid)
);
CREATE INDEX plink_i2 ON plink(cid,pid);
CREATE TABLE leaf(rid INTEGER PRIMARY KEY);
CREATE TABLE event(
  type TEXT,
  mtime DATETIME,
  objid INTEGER PRIMARY KEY,
  tagid INTEGER,
  uid INTEGER REFERENCES user,
  bgcolor TEXT,
  euser TEXT,
  user TEXT,
  ecomment TEXT,
  comment TEXT,
  brief TEXT,
  omtime DATETIME
);
CREATE INDEX event_i1 ON event(mtime);
CREATE TABLE phantom(
  rid INTEGER PRIMARY KEY
);
CREATE TABLE orphan(
  rid INTEGER PRIMARY KEY,
  baseline INTEGER
);
CREATE INDEX orphan_baseline ON orphan(baseline);
CREATE TABLE unclustered(
  rid INTEGER PRIMARY KEY
);
CREATE TABLE unsent(
  rid INTEGER PRIMARY KEY
);
CREATE TABLE tag(
  tagid INTEGER PRIMARY KEY,
  tagname TEXT UNIQUE
);
CREATE TABLE tagxref(
  tagid INTEGER REFERENCES tag,
  tagtype INTEGER,
  srcid INTEGER REFERENCES blob,
  origid INTEGER REFERENCES blob,
  value TEXT,
  mtime TIMESTAMP,
  rid INTEGER REFERENCE blob,
  UNIQUE(rid, tagid)
);
CREATE INDEX tagxref_i1 ON tagxref(tagid, mtime);
CREATE TABLE backlink(
  target TEXT,
  srctype INT,
  srcid INT,
  mtime TIMESTAMP,
  UNIQUE(target, srctype, srcid)
);
CREATE INDEX backlink_src ON backlink(srcid, srctype);
CREATE TABLE attachment(
  attachid INTEGER PRIMARY KEY,
  isLatest BOOLEAN DEFAULT 0,
  mtime TIMESTAMP,
  src TEXT,
  target TEXT,
  filename TEXT,
  comment TEXT,
  user TEXT
);
CREATE INDEX attachment_idx1 ON attachment(target, filename, mtime);
CREATE INDEX attachment_idx2 ON attachment(src);
CREATE TABLE ticket(
  tkt_id INTEGER PRIMARY KEY,
  tkt_uuid TEXT UNIQUE,
  tkt_mtime DATE,
  tkt_ctime DATE,
  type TEXT,
  status TEXT,
  subsystem TEXT,
  priority TEXT,
  severity TEXT,
  foundin TEXT,
  private_contact TEXT,
  resolution TEXT,
  title TEXT,
  comment TEXT
);
CREATE TABLE ticketchng(
  tkt_id INTEGER REFERENCES ticket,
  tkt_rid INTEGER REFERENCES blob,
  tkt_mtime DATE,
  tkt_user TEXT,
  login TEXT,
  username TEXT,
  mimetype TEXT,
  icomment TEXT
);
CREATE INDEX ticketchng_idx1 ON ticketchng(tkt_id, tkt_mtime);
CREATE TABLE cherrypick(
  parentid INT,
  childid INT,
  isExclude BOOLEAN DEFAULT false,
  PRIMARY KEY(parentid, childid)
) WITHOUT ROWID;
CREATE INDEX cherrypick_cid ON cherrypick(childid);
`

/** Tags with fixed ids. schema.c:463-473. */
const fixedTags = [
  [1, 'bgcolor'],
  [2, 'comment'],
  [3, 'user'],
  [4, 'date'],
  [5, 'hidden'],
  [6, 'private'],
  [7, 'cluster'],
  [8, 'branch'],
  [9, 'closed'],
  [10, 'parent'],
  [11, 'note'],
] as const

/** Fills the new table `tag`. */
export function insertFixedTags(db: Database): void {
  const insert = db.prepare('INSERT INTO tag(tagid, tagname) VALUES(?, ?)')
  for (const [id, name] of fixedTags) insert.run(id, name)
}

/** `tag.tagid` of the fixed tags that mean something to this code. */
export const bgcolorTagId = 1
export const commentTagId = 2
export const userTagId = 3
export const dateTagId = 4
export const hiddenTagId = 5
export const clusterTagId = 7
export const branchTagId = 8
export const closedTagId = 9
export const parentTagId = 10

/** Tables whose presence makes a database a Fossil repository. db.c:db_looks_like_a_repository. */
export const requiredTables = [
  'blob',
  'delta',
  'rcvfrom',
  'user',
  'config',
  'mlink',
  'plink',
] as const

/** Columns without which a table that rebuild keeps is of no use. */
export const requiredColumns: Readonly<Record<string, string>> = {
  blob: 'rid rcvid size uuid content',
  delta: 'rid srcid',
  rcvfrom: 'rcvid uid mtime nonce ipaddr',
  user: 'uid login pw cap info mtime',
  config: 'name value mtime',
  shun: 'uuid mtime scom',
  private: 'rid',
}

/** The `aux-schema` that this code reads and writes; stock accepts back to 2011-04-25 19:50. */
export const auxSchema = '2015-01-24'

/** The oldest `aux-schema` that needs no rebuild. */
export const oldestAuxSchema = '2011-04-25 19:50'

/** The report that every new repository lists its tickets with. schema.c:260-283. */
export const defaultReport = {
  title: 'All Tickets',
  colorKey: [
    '#ffffff Key:',
    '#f2dcdc Active',
    '#e8e8e8 Review',
    '#cfe8bd Fixed',
    '#bde5d6 Tested',
    '#cacae5 Deferred',
    '#c8c8c8 Closed',
  ].join('\n'),
  sql: [
    'SELECT',
    "  CASE WHEN status IN ('Open','Verified') THEN '#f2dcdc'",
    "       WHEN status='Review' THEN '#e8e8e8'",
    "       WHEN status='Fixed' THEN '#cfe8bd'",
    "       WHEN status='Tested' THEN '#bde5d6'",
    "       WHEN status='Deferred' THEN '#cacae5'",
    "       ELSE '#c8c8c8' END AS 'bgcolor',",
    "  substr(tkt_uuid,1,10) AS '#',",
    "  datetime(tkt_mtime) AS 'mtime',",
    '  type,',
    '  status,',
    '  subsystem,',
    '  title',
    'FROM ticket',
  ].join('\n'),
}
