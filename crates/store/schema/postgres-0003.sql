-- Dateline's schema, PostgreSQL, version 3: what the SQLite schema is by then. A landed migration is never edited; add the
-- next number instead, on both engines. Texts are compared by bytes, as there (collate "C").

-- What queries call SQLite's functions by: one text for both engines.
create function json_each(list text) returns table (key bigint, value text)
    language sql immutable strict parallel safe rows 500
    as $$ select ordinality - 1, value from jsonb_array_elements_text(list::jsonb) with ordinality $$;

-- The element of a list at `$[n]`, as text.
create function json_extract(list text, path text) returns text
    language sql immutable strict parallel safe
    as $$ select list::jsonb ->> cast(substr(path, 3, length(path) - 3) as integer) $$;

create function instr(whole text, part text) returns integer
    language sql immutable strict parallel safe
    as $$ select strpos(whole, part) $$;

create table schema_version (
    version bigint not null
);

create table counters (
    name text collate "C" not null primary key,
    value bigint not null
) with (fillfactor = 50);

insert into counters (name, value)
values ('release', 0), ('story', 0), ('issuer', 0), ('token', 0), ('alert', 0), ('batch', 0), ('endpoint', 0),
       ('subscription', 0), ('item', 0), ('filter', 0), ('person', 0), ('session', 0), ('sign_in', 0), ('question', 0),
       ('indexed', 0), ('act', 0);

create table keys (
    id bigint not null primary key,
    secret bytea not null,
    created_ms bigint not null
);

create table issuers (
    id bigint not null primary key,
    public_id text collate "C" not null unique,
    slug text collate "C" not null unique,
    name text collate "C" not null,
    site text collate "C",
    boilerplate text collate "C",
    created_ms bigint not null,
    review text collate "C" not null default 'first-release' check (review in ('none', 'first-release', 'always')),
    approval text collate "C" not null default 'none' check (approval in ('none', 'required')),
    first_cleared_ms bigint
);

create table tokens (
    id bigint not null primary key,
    public_id text collate "C" not null unique,
    digest bytea not null unique,
    name text collate "C" not null,
    scopes text collate "C" not null,
    issuers text collate "C" not null,
    created_ms bigint not null,
    revoked_ms bigint,
    email text collate "C" not null default ''
);

create table people (
    id bigint not null primary key,
    public_id text collate "C" not null unique,
    name text collate "C" not null,
    address text collate "C" not null,
    address_key text collate "C" not null unique,
    rights text collate "C" not null,
    issuers text collate "C" not null,
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
    digest bytea not null unique,
    created_ms bigint not null,
    seen_ms bigint not null,
    expires_ms bigint not null,
    ended_ms bigint
);

create table stories (
    id bigint not null primary key,
    public_id text collate "C" not null unique,
    owner text collate "C" not null,
    story_key text collate "C",
    revision bigint not null default 0,
    unique (owner, story_key)
);

create table releases (
    id bigint not null primary key,
    public_id text collate "C" not null unique,
    story_id bigint not null references stories (id),
    revision bigint not null,
    edition text collate "C" not null,
    state text collate "C" not null
        check (state in ('draft', 'submitted', 'held', 'scheduled', 'cleared', 'corrected', 'killed', 'refused', 'cancelled')),
    lane text collate "C" not null check (lane in ('flash', 'regular')),
    clear_at_ms bigint not null,
    content text collate "C" not null,
    content_hash text collate "C" not null,
    request_id text collate "C" not null,
    accepted_ms bigint not null,
    cleared_ms bigint,
    source text collate "C" not null default '',
    issuers text collate "C" not null default '',
    bundle text collate "C",
    awaits text collate "C" not null default '',
    submitted_by text collate "C" not null default 'local',
    notify text collate "C" not null default '',
    told text collate "C" not null default '',
    fingerprint text collate "C" not null default '',
    held_as text collate "C" not null default '' check (held_as in ('', 'submitter', 'editor')),
    held_by text collate "C" not null default '',
    held_note text collate "C" not null default ''
);

create index releases_scheduled on releases (clear_at_ms) where state = 'scheduled';

create unique index releases_edition on releases (story_id, revision, edition)
    where state not in ('draft', 'refused', 'cancelled');

create index releases_bundle on releases (bundle) where bundle is not null;

create index releases_issuers on releases (issuers, id);

create index releases_awaiting on releases (id) where state in ('submitted', 'held');

create index releases_untold on releases (id) where notify <> '' and told <> 'reported';

create table release_events (
    release_id bigint not null references releases (id),
    n bigint not null,
    at_ms bigint not null,
    actor text collate "C" not null,
    act text collate "C" not null,
    state text collate "C" not null,
    note text collate "C" not null,
    content_hash text collate "C" not null,
    primary key (release_id, n)
);

create table release_texts (
    release_id bigint not null references releases (id),
    content_hash text collate "C" not null,
    content text collate "C" not null,
    replaced_ms bigint not null,
    primary key (release_id, content_hash)
);

create table idempotency (
    actor text collate "C" not null,
    idempotency_key text collate "C" not null,
    body_hash text collate "C" not null,
    made text collate "C" not null,
    created_ms bigint not null,
    primary key (actor, idempotency_key)
);

create table items (
    seq bigint not null primary key,
    release_id bigint not null unique references releases (id),
    cleared_ms bigint not null
);

create table item_marks (
    mark text collate "C" not null,
    seq bigint not null,
    primary key (mark, seq)
);

create table questions (
    id bigint not null primary key,
    kind text collate "C" not null,
    body text collate "C" not null,
    answer text collate "C",
    asked_ms bigint not null
);

create index questions_open on questions (asked_ms) where answer is null;

create table endpoints (
    id bigint not null primary key check (id < 4294967296),
    public_id text collate "C" not null unique,
    channel text collate "C" not null check (channel in ('email', 'webhook')),
    address text collate "C" not null,
    address_key text collate "C" not null,
    owner text collate "C" not null,
    secret text collate "C" not null,
    languages text collate "C" not null,
    extent text collate "C" not null check (extent in ('full', 'link')),
    state text collate "C" not null check (state in ('pending', 'active', 'paused', 'disabled', 'deleted')),
    created_ms bigint not null,
    failing_since_ms bigint,
    asks bigint not null default 0,
    asked_ms bigint not null default 0,
    digest_at text collate "C" not null default '08:00 monday UTC',
    unique (channel, address_key, owner)
);

create index endpoints_owner on endpoints (owner);

create table subscriptions (
    id bigint not null primary key,
    public_id text collate "C" not null unique,
    endpoint_id bigint not null references endpoints (id),
    name text collate "C" not null,
    filter text collate "C" not null,
    grammar bigint not null,
    state text collate "C" not null check (state in ('pending', 'active', 'paused', 'deleted')),
    consent text collate "C" not null,
    change bigint not null,
    created_ms bigint not null,
    frequency text collate "C" not null default 'at-once' check (frequency in ('at-once', 'hourly', 'daily', 'weekly'))
);

create index subscriptions_endpoint on subscriptions (endpoint_id);

create index subscriptions_change on subscriptions (change);

create table suppressions (
    address_key text collate "C" not null primary key,
    reason text collate "C" not null,
    created_ms bigint not null
);

create table alerts (
    id bigint not null primary key,
    public_id text collate "C" not null unique,
    kind text collate "C" not null
        check (kind in ('story', 'confirm', 'challenge', 'sign-in', 'notice', 'test', 'digest', 'manage')),
    lane text collate "C" not null check (lane in ('flash', 'regular')),
    story_id bigint references stories (id),
    revision bigint,
    endpoint_id bigint,
    state text collate "C" not null check (state in ('unrouted', 'routed')),
    generation bigint not null default 0,
    matched bigint not null default 0,
    request_id text collate "C" not null,
    created_ms bigint not null,
    hinted_ms bigint not null,
    about text collate "C" not null default '',
    check ((kind = 'story') = (story_id is not null)),
    check ((kind in ('story', 'digest')) = (endpoint_id is null))
);

create unique index alerts_story on alerts (story_id, revision) where kind = 'story';

create index alerts_unrouted on alerts (hinted_ms) where state = 'unrouted';

create index alerts_endpoint on alerts (endpoint_id) where endpoint_id is not null;

create table batches (
    id bigint not null primary key,
    alert_id bigint not null references alerts (id),
    release_id bigint references releases (id),
    channel text collate "C" not null check (channel in ('email', 'webhook')),
    lane text collate "C" not null check (lane in ('flash', 'regular')),
    round bigint not null,
    first_endpoint_id bigint not null,
    last_endpoint_id bigint not null,
    state text collate "C" not null check (state in ('open', 'done', 'poisoned')),
    total bigint not null,
    delivered bigint not null default 0,
    dead bigint not null default 0,
    suppressed bigint not null default 0,
    superseded bigint not null default 0,
    retried bigint not null default 0,
    latency text collate "C" not null default '',
    claims bigint not null default 0,
    lease_owner text collate "C",
    lease_until_ms bigint not null default 0,
    request_id text collate "C" not null,
    created_ms bigint not null,
    hinted_ms bigint not null
) with (fillfactor = 70);

create index batches_open on batches (hinted_ms) where state <> 'done';

create index batches_alert on batches (alert_id);

create index batches_release on batches (release_id);

-- No other index: a first-try success is one insert and one update that touches no indexed column. Partitions follow the
-- alerts, and leave with them.
create table deliveries (
    alert_id bigint not null,
    endpoint_id bigint not null,
    batch_id bigint not null,
    release_id bigint,
    state text collate "C" not null check (state in ('due', 'delivered', 'dead', 'suppressed', 'superseded')),
    reasons text collate "C" not null,
    attempts bigint not null default 0,
    done_ms bigint,
    last_status bigint,
    last_error text collate "C",
    primary key (alert_id, endpoint_id)
) partition by range (alert_id);

create table retries (
    alert_id bigint not null,
    endpoint_id bigint not null,
    due_ms bigint not null,
    gathered text collate "C" not null default '' check (gathered in ('', 'hourly', 'daily', 'weekly', 'flood')),
    primary key (alert_id, endpoint_id)
);

create index retries_due on retries (due_ms) where gathered = '';

create index retries_gathered on retries (due_ms) where gathered <> '';

create index retries_endpoint on retries (endpoint_id) where gathered <> '';

create table digest_members (
    digest_id bigint not null,
    endpoint_id bigint not null,
    alert_id bigint not null,
    batch_id bigint not null,
    gathered text collate "C" not null,
    primary key (digest_id, endpoint_id, alert_id)
);

create table attempts (
    alert_id bigint not null,
    endpoint_id bigint not null,
    attempt bigint not null,
    at_ms bigint not null,
    duration_ms bigint not null,
    status bigint,
    error text collate "C" not null,
    answer text collate "C" not null,
    primary key (alert_id, endpoint_id, attempt)
);

create table workers (
    id text collate "C" not null primary key,
    role text collate "C" not null,
    doing text collate "C" not null,
    started_ms bigint not null,
    beat_ms bigint not null
) with (fillfactor = 50);

create table halts (
    kind text collate "C" not null check (kind in ('all', 'channel', 'issuer')),
    subject text collate "C" not null,
    note text collate "C" not null,
    actor text collate "C" not null,
    created_ms bigint not null,
    primary key (kind, subject)
);

create table acts (
    id bigint not null primary key,
    at_ms bigint not null,
    actor text collate "C" not null,
    act text collate "C" not null,
    subject text collate "C" not null,
    note text collate "C" not null,
    request_id text collate "C" not null
);
