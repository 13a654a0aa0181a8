-- Version 2: people and their sessions, the way of a release through review, bundles and drafts, the archive's index,
-- questions to the router. Runs with foreign keys off (two tables are rebuilt) and is checked before it commits.

insert into counters (name, value) values ('person', 0), ('session', 0), ('sign_in', 0), ('question', 0), ('indexed', 0);

alter table issuers add column review text not null default 'first-release'
    check (review in ('none', 'first-release', 'always'));
-- Whether somebody else of the issuer's own people has to approve what was submitted.
alter table issuers add column approval text not null default 'none' check (approval in ('none', 'required'));

-- When the first release that speaks for it cleared.
alter table issuers add column first_cleared_ms bigint;

-- Where notices about the releases of this token go; empty for none.
alter table tokens add column email text not null default '';

create table people (
    id bigint not null primary key,
    public_id text not null unique,
    name text not null,
    address text not null,
    address_key text not null unique,
    rights text not null,
    -- Slugs, space-separated, as in tokens; empty means all.
    issuers text not null,
    created_ms bigint not null,
    removed_ms bigint
);

create table sign_ins (
    id bigint not null primary key,
    person_id bigint not null references people (id),
    expires_ms bigint not null,
    used_ms bigint
);

create table sessions (
    id bigint not null primary key,
    person_id bigint not null references people (id),
    digest blob not null unique,
    created_ms bigint not null,
    seen_ms bigint not null,
    expires_ms bigint not null,
    ended_ms bigint
);

-- The submission as it was sent, for editing; a draft has nothing else.
alter table releases add column source text not null default '';
-- The issuers' slugs, space-separated.
alter table releases add column issuers text not null default '';
-- Editions that were submitted together bear the same name: they clear together, and move together.
alter table releases add column bundle text;
-- Whose word is still missing: `approver`, `editor`, space-separated.
alter table releases add column awaits text not null default '';
-- `tok_…` or `per_…`; `local` for commands on the same machine.
alter table releases add column submitted_by text not null default 'local';
-- Where notices about it go; empty for nowhere.
alter table releases add column notify text not null default '';
-- The notice sent last: a state and its clear time, or `reported`.
alter table releases add column told text not null default '';
alter table releases add column fingerprint text not null default '';

update releases set issuers = coalesce((select group_concat(value, ' ') from json_each(releases.content, '$.issuers')), '');
update releases set submitted_by = coalesce((select t.public_id from tokens t where t.id = releases.token_id), 'local');
alter table releases drop column token_id;

update issuers set first_cleared_ms = (
    select min(r.cleared_ms) from releases r where ' ' || r.issuers || ' ' like '% ' || issuers.slug || ' %');

drop index releases_edition;
-- A cancelled or refused text leaves its edition free for another; a draft has not taken it yet.
create unique index releases_edition on releases (story_id, revision, edition)
    where state not in ('draft', 'refused', 'cancelled');
create index releases_bundle on releases (bundle) where bundle is not null;
create index releases_issuers on releases (issuers, id);
create index releases_awaiting on releases (id) where state in ('submitted', 'held');
create index releases_untold on releases (id) where notify <> '' and told <> 'reported';

-- What people did with a release on its way. Its submission and its clearing stand in its own row.
create table release_events (
    release_id bigint not null references releases (id),
    n bigint not null,
    at_ms bigint not null,
    actor text not null,
    act text not null,
    state text not null,
    note text not null,
    content_hash text not null,
    primary key (release_id, n)
) without rowid;

create table idempotency_2 (
    actor text not null,
    idempotency_key text not null,
    body_hash text not null,
    -- The public id of what was made.
    made text not null,
    created_ms bigint not null,
    primary key (actor, idempotency_key)
) without rowid;

insert into idempotency_2 (actor, idempotency_key, body_hash, made, created_ms)
    select coalesce(t.public_id, 'local'), i.idempotency_key, i.body_hash, r.public_id, i.created_ms
    from idempotency i join releases r on r.id = i.release_id left join tokens t on t.id = i.token_id;

drop table idempotency;
alter table idempotency_2 rename to idempotency;

create table alerts_2 (
    id bigint not null primary key,
    public_id text not null unique,
    kind text not null check (kind in ('story', 'confirm', 'challenge', 'sign-in', 'notice', 'test', 'digest',
                                       'manage')),
    lane text not null check (lane in ('flash', 'regular')),
    story_id bigint references stories (id),
    revision bigint,
    endpoint_id bigint,
    state text not null check (state in ('unrouted', 'routed')),
    generation bigint not null default 0,
    matched bigint not null default 0,
    request_id text not null,
    created_ms bigint not null,
    hinted_ms bigint not null,
    -- What an alert to one endpoint tells, as JSON; never a secret.
    about text not null default '',
    check ((kind = 'story') = (story_id is not null)),
    check ((kind = 'story') = (endpoint_id is null))
);

insert into alerts_2 (id, public_id, kind, lane, story_id, revision, endpoint_id, state, generation, matched, request_id,
                      created_ms, hinted_ms)
    select id, public_id, kind, lane, story_id, revision, endpoint_id, state, generation, matched, request_id, created_ms,
           hinted_ms from alerts;

drop table alerts;
alter table alerts_2 rename to alerts;
create unique index alerts_story on alerts (story_id, revision) where kind = 'story';
create index alerts_unrouted on alerts (hinted_ms) where state = 'unrouted';
-- All but stories.
create index alerts_endpoint on alerts (endpoint_id) where endpoint_id is not null;

-- A subscription that was asked for on a page is pending until its reader confirms it.
create table subscriptions_2 (
    id bigint not null primary key,
    public_id text not null unique,
    endpoint_id bigint not null references endpoints (id),
    name text not null,
    filter text not null,
    grammar bigint not null,
    state text not null check (state in ('pending', 'active', 'paused', 'deleted')),
    consent text not null,
    change bigint not null,
    created_ms bigint not null
);

insert into subscriptions_2 (id, public_id, endpoint_id, name, filter, grammar, state, consent, change, created_ms)
    select id, public_id, endpoint_id, name, filter, grammar, state, consent, change, created_ms from subscriptions;

drop table subscriptions;
alter table subscriptions_2 rename to subscriptions;
create index subscriptions_endpoint on subscriptions (endpoint_id);
create index subscriptions_change on subscriptions (change);

-- Whose alerts an address may look after: its own, and those of its webhooks.
create index endpoints_owner on endpoints (owner);

-- How often the owner of an endpoint was asked to confirm since the first of at most a day's, and when last.
alter table endpoints add column asks bigint not null default 0;
alter table endpoints add column asked_ms bigint not null default 0;

-- What an item is found by in the archive: `topic:mining`, `source:acme`, `edition:US/es`, `word:lithium`; written after
-- clearing, in the order of seq, up to the counter `indexed`.
create table item_marks (
    mark text not null,
    seq bigint not null,
    primary key (mark, seq)
) without rowid;

-- What a stage wants to know of the index, and what a router answered.
create table questions (
    id bigint not null primary key,
    kind text not null,
    body text not null,
    answer text,
    asked_ms bigint not null
);

create index questions_open on questions (asked_ms) where answer is null;
