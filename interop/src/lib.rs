//! Interoperability with other RFC 9605 implementations: see `tests/`.
