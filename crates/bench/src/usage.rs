//! What a process has used: processor time and memory, from `/proc/PID` (proc(5)).

use anyhow::{Context, Result};
use std::fs;

/// The unit of times in `/proc/self/stat`: USER_HZ, 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a round used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// User and system time of all threads, in seconds.
    pub(crate) cpu_s: f64,
    /// The most memory that was resident, in MiB.
    pub(crate) peak_rss_mib: f64,
}

/// The start of a round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    pid: u32,
    cpu_s: f64,
}

impl Start {
    /// Begins to count for a process of ours; the peak starts again from what is resident now.
    pub(crate) fn of(pid: u32) -> Result<Start> {
        fs::write(format!("/proc/{pid}/clear_refs"), "5")
            .context("the peak of memory cannot be reset")?;
        Ok(Start {
            pid,
            cpu_s: cpu_s(pid)?,
        })
    }

    /// What was used since.
    pub(crate) fn usage(self) -> Result<Usage> {
        Ok(Usage {
            cpu_s: cpu_s(self.pid)? - self.cpu_s,
            peak_rss_mib: peak_rss_mib(self.pid)?,
        })
    }
}

fn cpu_s(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    ticks(&stat)
        .map(|ticks| ticks as f64 / TICKS_PER_SECOND)
        .with_context(|| format!("/proc/{pid}/stat cannot be read"))
}

/// The fields 14 and 15, counted behind the program's name, which may hold spaces and brackets.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn peak_rss_mib(pid: u32) -> Result<f64> {
    Ok(status_kib(&pid.to_string(), "VmHWM:")? / 1024.0)
}

/// The memory of this process that is resident now, in bytes.
pub(crate) fn rss_bytes() -> Result<f64> {
    Ok(status_kib("self", "VmRSS:")? * 1024.0)
}

fn status_kib(process: &str, key: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse().ok())
        .with_context(|| format!("/proc/{process}/status has no {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a) b) R 1 2 3 4 5 6 7 8 9 10 120 34 0 0 20 0";

        assert_eq!(ticks(stat), Some(154));
        assert_eq!(ticks("7 (a"), None);
        assert!(peak_rss_mib(std::process::id()).unwrap() > 1.0);
    }
}
