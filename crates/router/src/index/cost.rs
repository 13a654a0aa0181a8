//! What a filter costs those who are matched beside it.
//!
//! A filter is found by the releases that have a term of its access clause; for all others it costs nothing. Then what stands
//! beside the term is looked at. How much that is on average is judged before a filter is stored (`Filter::check_steps`), by a
//! table and without an index; the tests here hold that judgement against the looks that the index really takes. What a
//! filter's own words in a row or near to each other cost is bounded by the language (`Filter::cost`).
//!
//! A filter that more than a quarter of all releases wake is broad: it is taken, for somebody may want to hear of nearly
//! everything, and counted.

/// A filter that more than this share of releases wakes is broad.
pub const BROAD: f32 = 0.25;

#[cfg(test)]
mod tests;
