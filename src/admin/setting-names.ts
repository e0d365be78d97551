/**
 * Stock's settings, one a line: name, kind, default (`-` for none) and letters. `v` is versionable:
 * a file of the check-in below `.fossil-settings` overrides it. `s` is sensitive: it decides which
 * programs run on the machine, or who gets in.
 * Source: the SETTING comments of fossil src/*.c, with the defaults of Unix.
 * @module
 */

/** The table, sorted by name. */
export const settingNames = `
access-log boolean on
admin-log boolean on
allow-symlinks boolean off s
anon-cookie-lifespan text 480
attachment-size-limit text -
auto-captcha boolean on
auto-hyperlink text 1
auto-hyperlink-delay text 0
auto-hyperlink-mouseover boolean off
auto-shun boolean on
autosync text on
autosync-tries text 1
backoffice-disable boolean off
backoffice-logfile text - s
backoffice-nodelay boolean off
binary-glob text - v
case-sensitive boolean on
chat-alert-sound text -
chat-initial-history text 50
chat-inline-images boolean on
chat-keep-count text 50
chat-keep-days text 7
chat-poll-timeout text 420
chat-timeline-user text -
clean-glob text - v
clearsign boolean off
comment-format text 1
crlf-glob text - v
crnl-glob text - v
default-csp text -
default-perms text u s
default-skin text -
diff-binary boolean on
diff-command text - s
dont-commit boolean off
dont-push boolean off
dotfiles boolean off v
editor text - s
email-admin text -
email-listid text -
email-renew-interval text -
email-self text -
email-send-command text - s
email-send-db text - s
email-send-dir text - s
email-send-method text off s
email-send-relayhost text 127.0.0.1 s
email-subname text -
email-url text -
empty-dirs text - v
encoding-glob text - v
exec-rel-paths boolean off
fileedit-glob text -
forbid-delta-manifests boolean on
forum-close-policy boolean off
forum-statuses text -
forum-title text Forum
gdiff-command text - s
gmerge-command text - s
hash-digits text 10
hooks text - s
http-port text 8080
https-login boolean off
ignore-glob text - v
keep-glob text - v
large-file-size text 200000000
localauth boolean off
lock-timeout text 60
main-branch text trunk
mainmenu text -
manifest text - v
max-cache-entry text 10
max-loadavg text 0.0
max-upload text 250000
mimetypes text - v
mtime-changes boolean on
mv-rm-files boolean off
path-to-tag text -
pgp-command text - s
preferred-diff-type text 0
proxy text system
raw-bgcolor boolean off
redirect-to-https text 0
regexp-limit text 1000
relative-paths boolean on
repo-cksum boolean on
repolist-skin text 0
robot-exception text -
robot-restrict text -
robot-zip-leaf boolean -
robot-zip-tag text -
robots-txt text -
safe-html text -
self-pw-reset boolean off s
self-register boolean off s
sitemap-extra text -
ssh-command text - s
ssl-ca-location text - s
ssl-identity text - s
suggested-downloads text -
tcl boolean off s
tcl-setup text - s
tclsh text tclsh s
th1-docs boolean off s
th1-hooks boolean off
th1-setup text - s
th1-uri-regexp text -
ticket-default-report text -
timeline-default-style text m
timeline-hard-newlines boolean off
timeline-mark-leaves text 1
timeline-plaintext boolean off
timeline-truncate-at-blank boolean off
timeline-tslink-info boolean off
timeline-utc boolean on
user-color-map text -
uv-sync boolean off
verify-comments text on
vuln-report text block
web-browser text - s
`
