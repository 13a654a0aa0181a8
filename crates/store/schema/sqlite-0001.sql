-- Dateline's schema, SQLite, version 1. A landed migration is never edited; add the next number instead.
-- Times are Unix milliseconds, keys are assigned by the application from `counters`.

create table counters (
    name text not null primary key,
    value bigint not null
) without rowid;

insert into counters (name, value)
values ('release', 0), ('story', 0), ('issuer', 0), ('token', 0), ('alert', 0), ('batch', 0), ('endpoint', 0),
       ('subscription', 0), ('item', 0), ('filter', 0);

create table keys (
    id bigint not null primary key,
    secret blob not null,
    created_ms bigint not null
);

create table issuers (
    id bigint not null primary key,
    public_id text not null unique,
    slug text not null unique,
    name text not null,
    site text,
    boilerplate text,
    created_ms bigint not null
);

create table tokens (
    id bigint not null primary key,
    public_id text not null unique,
    digest blob not null unique,
    name text not null,
    scopes text not null,
    issuers text not null,
    created_ms bigint not null,
    revoked_ms bigint
);

create table stories (
    id bigint not null primary key,
    public_id text not null unique,
    owner text not null,
    story_key text,
    revision bigint not null default 0,
    unique (owner, story_key)
);

create table releases (
    id bigint not null primary key,
    public_id text not null unique,
    story_id bigint not null references stories (id),
    revision bigint not null,
    edition text not null,
    state text not null check (state in ('draft', 'submitted', 'held', 'scheduled', 'cleared', 'corrected', 'killed',
                                         'refused', 'cancelled')),
    lane text not null check (lane in ('flash', 'regular')),
    clear_at_ms bigint not null,
    content text not null,
    content_hash text not null,
    token_id bigint not null,
    request_id text not null,
    accepted_ms bigint not null,
    cleared_ms bigint
);

-- A cancelled or refused text leaves its edition free for another.
create unique index releases_edition on releases (story_id, revision, edition)
    where state not in ('refused', 'cancelled');

create index releases_scheduled on releases (clear_at_ms) where state = 'scheduled';

create table idempotency (
    token_id bigint not null,
    idempotency_key text not null,
    body_hash text not null,
    release_id bigint not null references releases (id),
    created_ms bigint not null,
    primary key (token_id, idempotency_key)
) without rowid;

create table items (
    seq bigint not null primary key,
    release_id bigint not null unique references releases (id),
    cleared_ms bigint not null
);

create table alerts (
    id bigint not null primary key,
    public_id text not null unique,
    kind text not null check (kind in ('story', 'confirm', 'challenge')),
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
    check ((kind = 'story') = (story_id is not null)),
    check ((kind = 'story') = (endpoint_id is null))
);

create unique index alerts_story on alerts (story_id, revision) where kind = 'story';
create index alerts_unrouted on alerts (hinted_ms) where state = 'unrouted';

create table batches (
    id bigint not null primary key,
    alert_id bigint not null references alerts (id),
    release_id bigint references releases (id),
    channel text not null check (channel in ('email', 'webhook')),
    lane text not null check (lane in ('flash', 'regular')),
    round bigint not null,
    first_endpoint_id bigint not null,
    last_endpoint_id bigint not null,
    state text not null check (state in ('open', 'done', 'poisoned')),
    total bigint not null,
    delivered bigint not null default 0,
    dead bigint not null default 0,
    suppressed bigint not null default 0,
    superseded bigint not null default 0,
    retried bigint not null default 0,
    latency text not null default '',
    claims bigint not null default 0,
    lease_owner text,
    lease_until_ms bigint not null default 0,
    request_id text not null,
    created_ms bigint not null,
    hinted_ms bigint not null
);

create index batches_open on batches (hinted_ms) where state <> 'done';
create index batches_alert on batches (alert_id);
create index batches_release on batches (release_id);

-- No other index: a first-try success is one insert and one update that touches no indexed column.
create table deliveries (
    alert_id bigint not null,
    endpoint_id bigint not null,
    batch_id bigint not null,
    release_id bigint,
    state text not null check (state in ('due', 'delivered', 'dead', 'suppressed', 'superseded')),
    reasons text not null,
    attempts bigint not null default 0,
    done_ms bigint,
    last_status bigint,
    last_error text,
    primary key (alert_id, endpoint_id)
) without rowid;

create table retries (
    alert_id bigint not null,
    endpoint_id bigint not null,
    due_ms bigint not null,
    primary key (alert_id, endpoint_id)
) without rowid;

create index retries_due on retries (due_ms);

create table attempts (
    alert_id bigint not null,
    endpoint_id bigint not null,
    attempt bigint not null,
    at_ms bigint not null,
    duration_ms bigint not null,
    status bigint,
    error text not null,
    answer text not null,
    primary key (alert_id, endpoint_id, attempt)
) without rowid;

create table endpoints (
    id bigint not null primary key check (id < 4294967296),
    public_id text not null unique,
    channel text not null check (channel in ('email', 'webhook')),
    address text not null,
    -- What tells addresses apart: mailboxes in lower case, URLs as they are.
    address_key text not null,
    owner text not null,
    secret text not null,
    languages text not null,
    extent text not null check (extent in ('full', 'link')),
    state text not null check (state in ('pending', 'active', 'paused', 'disabled', 'deleted')),
    created_ms bigint not null,
    failing_since_ms bigint,
    unique (channel, address_key, owner)
);

create table subscriptions (
    id bigint not null primary key,
    public_id text not null unique,
    endpoint_id bigint not null references endpoints (id),
    name text not null,
    filter text not null,
    grammar bigint not null,
    state text not null check (state in ('active', 'paused', 'deleted')),
    consent text not null,
    change bigint not null,
    created_ms bigint not null
);

create index subscriptions_endpoint on subscriptions (endpoint_id);
create index subscriptions_change on subscriptions (change);

create table suppressions (
    address_key text not null primary key,
    reason text not null,
    created_ms bigint not null
) without rowid;

create table workers (
    id text not null primary key,
    role text not null,
    doing text not null,
    started_ms bigint not null,
    beat_ms bigint not null
) without rowid;
