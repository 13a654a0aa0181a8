//! The page that Prometheus reads.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// Seconds: from a loopback answer to a retry of an hour.
const BUCKETS: [f64; 16] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0,
];

/// One recorder a process, whoever asks first.
pub(super) fn prometheus() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets(&BUCKETS)
                .expect("the list is not empty");
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            // A recorder set by somebody else before keeps its place; then this page stays empty.
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}
