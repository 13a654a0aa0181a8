-- Version 3: how often readers are told, and digests; who holds a release, and texts that somebody spoke about; halts, and
-- what people did. Runs with foreign keys off (a table is rebuilt) and is checked
-- before it commits.

alter table subscriptions add column frequency text not null default 'at-once'
    check (frequency in ('at-once', 'hourly', 'daily', 'weekly'));
-- Time, day and zone of an endpoint's daily and weekly digests.
alter table endpoints add column digest_at text not null default '08:00 monday UTC';

-- Why a delivery waits for a digest instead of being tried again by itself; empty for a retry.
alter table retries add column gathered text not null default ''
    check (gathered in ('', 'hourly', 'daily', 'weekly', 'flood'));
drop index retries_due;
create index retries_due on retries (due_ms) where gathered = '';
create index retries_gathered on retries (due_ms) where gathered <> '';
create index retries_endpoint on retries (endpoint_id) where gathered <> '';

-- What a digest tells an endpoint: deliveries that waited for it. They keep the batch they were planned in, and have the
-- outcome of the digest.
create table digest_members (
    digest_id bigint not null,
    endpoint_id bigint not null,
    alert_id bigint not null,
    -- The batch that it was planned in: one that is replayed joins another, and belongs to the digest no more.
    batch_id bigint not null,
    gathered text not null,
    primary key (digest_id, endpoint_id, alert_id)
) without rowid;

-- A digest goes to many endpoints, to each with its own members.
create table alerts_3 (
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
    check ((kind in ('story', 'digest')) = (endpoint_id is null))
);

insert into alerts_3 (id, public_id, kind, lane, story_id, revision, endpoint_id, state, generation, matched, request_id,
                      created_ms, hinted_ms, about)
    select id, public_id, kind, lane, story_id, revision, endpoint_id, state, generation, matched, request_id, created_ms,
           hinted_ms, about from alerts;

drop table alerts;
alter table alerts_3 rename to alerts;
create unique index alerts_story on alerts (story_id, revision) where kind = 'story';
create index alerts_unrouted on alerts (hinted_ms) where state = 'unrouted';
-- All but stories and digests.
create index alerts_endpoint on alerts (endpoint_id) where endpoint_id is not null;

-- With which right it is held: an editor's hold is lifted by an editor only.
alter table releases add column held_as text not null default '' check (held_as in ('', 'submitter', 'editor'));
-- `tok_…`, `per_…` or `local`.
alter table releases add column held_by text not null default '';
-- Why, in their words.
alter table releases add column held_note text not null default '';

update releases set held_as = 'submitter', held_by = submitted_by where state = 'held';

-- Texts that a release had before and that somebody read: as first submitted, approved, queried. They go with it.
create table release_texts (
    release_id bigint not null references releases (id),
    content_hash text not null,
    content text not null,
    -- When another text took its place.
    replaced_ms bigint not null,
    primary key (release_id, content_hash)
);

-- What an operator has stopped sending by hand: everything, a channel, or the news of an issuer.
create table halts (
    kind text not null check (kind in ('all', 'channel', 'issuer')),
    -- The channel's name, the issuer's slug; empty for all.
    subject text not null,
    note text not null,
    actor text not null,
    created_ms bigint not null,
    primary key (kind, subject)
) without rowid;

insert into counters (name, value) values ('act', 0);

-- What people did to the wire. What they did to a release stands in `release_events`.
create table acts (
    id bigint not null primary key,
    at_ms bigint not null,
    -- `tok_…`, `per_…`, `local`, or `reader` for somebody with a link of their own.
    actor text not null,
    act text not null,
    -- The public id or slug of what it was done to; never an address.
    subject text not null,
    note text not null,
    request_id text not null
);
