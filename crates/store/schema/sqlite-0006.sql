-- Version 6: what owners ask of their webhooks, how receivers fare that fail, keys that sign calls, tokens of subscribers, and mail that
-- came back.

insert into counters (name, value) values ('signing_key', 0);

-- What the owner of a webhook asked for; a row for each that asked for anything, and none for all others.
create table hooks (
    endpoint_id bigint not null primary key references endpoints (id),
    -- How its calls are signed.
    signing text not null default 'hmac' check (signing in ('hmac', 'ed25519')),
    -- The secrets before the newest, the youngest first, with spaces between them: until then calls bear their signatures, too.
    old_secrets text not null default '',
    old_secrets_until_ms bigint not null default 0,
    -- When the secret was last rotated; 0 for never.
    rotated_ms bigint not null default 0,
    -- How much of a release its calls carry.
    include text not null default 'summary' check (include in ('summary', 'body')),
    -- Whether no revision comes before the one that it follows; 0 or 1.
    ordered bigint not null default 0 check (ordered in (0, 1)),
    -- Calls a minute at most; 0 for the wire's own limit.
    per_minute bigint not null default 0 check (per_minute >= 0),
    -- While it is paused, alerts up to this key leave all the same; 0 if none does, -1 if there was none.
    drain_upto bigint not null default 0
) without rowid;

-- How endpoints fare whose receivers fail; a row for each since its first failure, until its next success.
create table health (
    endpoint_id bigint not null primary key references endpoints (id),
    -- Of the first failure that no success followed.
    failing_since_ms bigint not null,
    -- Nothing is sent until then; 0 if it was never stopped.
    open_until_ms bigint not null default 0,
    -- How many times in a row it was stopped: each is longer.
    openings bigint not null default 0,
    -- What its owner was told of it.
    told text not null default '' check (told in ('', 'stalled', 'disabled', 'gone'))
) without rowid;

create index health_failing on health (failing_since_ms);

-- It was never written; `health` has it.
alter table endpoints drop column failing_since_ms;

-- Keys that sign calls by ed25519: the newest, and the one before it until it is retired.
create table signing_keys (
    id bigint not null primary key,
    seed blob not null,
    created_ms bigint not null,
    retired_ms bigint
);

-- Tokens that are good for what one mail address owns, and for nothing else.
create table token_owners (
    token_id bigint not null primary key references tokens (id),
    owner text not null
) without rowid;

create index token_owners_owner on token_owners (owner);

-- Mail that came back, and readers who complained; each once for a delivery.
create table bounces (
    alert_id bigint not null,
    endpoint_id bigint not null references endpoints (id),
    kind text not null check (kind in ('hard', 'soft', 'complaint')),
    -- RFC 3463: `5.1.1`; empty where none was given.
    status text not null,
    -- In the receiver's words.
    said text not null,
    at_ms bigint not null,
    primary key (alert_id, endpoint_id, kind)
) without rowid;

create index bounces_endpoint on bounces (endpoint_id, at_ms);
create index bounces_at on bounces (at_ms);
