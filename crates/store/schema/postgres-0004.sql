-- Version 4: the guard against a reach far above the usual asks before an alert is planned.

-- What the guard has asked about an alert, and what an operator said; one row an alert, for the routing that was asked about last.
create table blasts (
    alert_id bigint not null primary key references alerts (id),
    -- Of the alert, when it was asked: an edition that clears later is asked about anew.
    generation bigint not null,
    -- How many would have been told, and how many usually are.
    reach bigint not null,
    usual bigint not null,
    asked_ms bigint not null,
    -- Empty while nobody has said anything.
    word text collate "C" not null check (word in ('', 'go', 'stop')),
    -- `tok_…`, `per_…` or `local`; empty while nobody has said anything.
    actor text collate "C" not null,
    note text collate "C" not null,
    said_ms bigint,
    check ((word = '') = (said_ms is null))
);

create index blasts_open on blasts (asked_ms) where word = '';
