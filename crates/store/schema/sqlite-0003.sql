-- Version 3.

-- Block: who holds a release, and texts that somebody spoke about.
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
-- End of block.
