//! Figures for Prometheus: how many and how much, never who, what or where.

use core::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::refusal::Code;

/// What is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) connections: Gauge,
    pub(crate) media_connections: Gauge,
    pub(crate) rooms: Gauge,
    pub(crate) members: Gauge,
    pub(crate) bus_is_up: Gauge,
    pub(crate) relayed: Counter,
    pub(crate) relayed_bytes: Counter,
    pub(crate) resumed: Counter,
    pub(crate) vanished: Counter,
    errors: Family<ErrorLabels, Counter<u64, AtomicU64>>,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct ErrorLabels {
    code: &'static str,
}

impl Metrics {
    /// Returns the figures in the text format of Prometheus (`OpenMetrics`).
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        encode(&mut text, &self.registry).unwrap_or_default();
        text
    }

    pub(crate) fn count_error(&self, code: Code) {
        self.errors.get_or_create(&ErrorLabels { code: code.as_str() }).inc();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("frameseal"),
            connections: Gauge::default(),
            media_connections: Gauge::default(),
            rooms: Gauge::default(),
            members: Gauge::default(),
            bus_is_up: Gauge::default(),
            relayed: Counter::default(),
            relayed_bytes: Counter::default(),
            resumed: Counter::default(),
            vanished: Counter::default(),
            errors: Family::default(),
        };
        let registry = &mut metrics.registry;
        for (name, help, gauge) in [
            ("connections", "WebSockets to /ws", &metrics.connections),
            ("media_connections", "WebSockets to /sfu", &metrics.media_connections),
            ("rooms", "Rooms that this process has members in", &metrics.rooms),
            ("members", "Members with a seat in this process", &metrics.members),
            ("bus_up", "1 while other server processes can be reached", &metrics.bus_is_up),
        ] {
            registry.register(name, help, gauge.clone());
        }
        for (name, help, counter) in [
            ("relayed", "Messages handed to members", &metrics.relayed),
            ("relayed_bytes", "Bytes in them, as base64", &metrics.relayed_bytes),
            ("resumed", "Seats taken again after a broken connection", &metrics.resumed),
            ("vanished", "Seats given up after 9 s of silence", &metrics.vanished),
        ] {
            registry.register(name, help, counter.clone());
        }
        registry.register("errors", "Errors told to clients", metrics.errors.clone());
        metrics
    }
}
