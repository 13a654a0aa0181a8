//! What erasing an endpoint asks of all that is written later: an address that is back stays suppressed, and words of a
//! receiver that come too late are not kept.

/// What stands where a receiver's words stood.
pub(crate) const ERASED: &str = "erased";
/// What stands where a filter stood: it matches nothing, so a router that reads it is not confused.
pub(crate) const ERASED_FILTER: &str = "NOT everything";

/// For an endpoint made now: its address may have been erased before, and what it asked for then holds.
macro_rules! hold_on_to_suppression {
    ($conn:ident, $address_key:expr, $key:expr) => {
        sqlx::query(
            "insert into suppressions (address_key, reason, created_ms) \
             select $1, reason, created_ms from suppressions where address_key = $2 on conflict do nothing",
        )
        .bind($address_key)
        .bind($key.fingerprint($address_key))
        .execute(&mut *$conn)
        .await?
    };
}

/// For failures recorded now, `[[endpoint, …], …]`: a worker may have waited for an answer while the endpoint was erased.
macro_rules! forget_words_of_the_erased {
    ($conn:ident, $alert_id:expr, $failures:expr) => {{
        sqlx::query(
            "update attempts set error = $1, answer = '' where alert_id = $2 and endpoint_id in \
             (select e.id from json_each($3) f join endpoints e on e.id = cast(json_extract(f.value, '$[0]') as bigint) where e.address = '')",
        )
        .bind($crate::erased::ERASED)
        .bind($alert_id)
        .bind($failures)
        .execute(&mut *$conn)
        .await?;
        sqlx::query(
            "update deliveries set last_error = $1 where alert_id = $2 and last_error is not null and endpoint_id in \
             (select e.id from json_each($3) f join endpoints e on e.id = cast(json_extract(f.value, '$[0]') as bigint) where e.address = '')",
        )
        .bind($crate::erased::ERASED)
        .bind($alert_id)
        .bind($failures)
        .execute(&mut *$conn)
        .await?;
    }};
}
