//! The demo page, as it has to be served.

use std::path::Path;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// Serves the files under `root`, which `cargo xtask build` writes, with the headers that browsers
/// want.
///
/// A folder is answered by its `index.html`; what is not there, by 404.
pub fn page(root: &Path) -> Router {
    HEADERS.into_iter().fold(
        Router::new().fallback_service(ServeDir::new(root)),
        |router, (name, value)| {
            let value = HeaderValue::from_static(value);
            router.layer(SetResponseHeaderLayer::overriding(name, value))
        },
    )
}

/// What every response carries.
const HEADERS: [(HeaderName, &str); 7] = [
    // A page that is built anew is loaded anew.
    (header::CACHE_CONTROL, "no-cache"),
    // Only what this server sends runs, connects or is shown; wasm compiles, text does not.
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
         img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    // Alone in its process, the page gets clocks fine enough to time one frame.
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(self), microphone=(self)"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];
