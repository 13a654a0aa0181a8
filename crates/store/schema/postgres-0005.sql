-- Version 5: stories that are near identical, and readers who are told of them once.

-- By what a release that cleared lately is found, if another is near: the keys of its fingerprint's bands. Old rows go with the next
-- story.
create table alike_bands (
    band bigint not null,
    release_id bigint not null references releases (id),
    -- A hash of its figures.
    figures bigint not null,
    cleared_ms bigint not null,
    primary key (band, release_id)
);

create index alike_bands_cleared on alike_bands (cleared_ms);

-- Releases of different stories whose texts are near; each pair stands twice, once from either side.
create table alike (
    release_id bigint not null references releases (id),
    other_id bigint not null references releases (id),
    -- How much of the texts is the same, in percent.
    share bigint not null,
    -- Whether their figures are the same, too; 0 or 1. Other figures are other news.
    same_figures bigint not null check (same_figures in (0, 1)),
    primary key (release_id, other_id)
);

-- Endpoints that are told of stories alike once; all others are told of each.
create table told_once (
    endpoint_id bigint not null primary key references endpoints (id)
);
