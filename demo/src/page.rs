//! The demo page, as it has to be served.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// Where the page's files are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Page {
    /// In this program; a debug build reads them from demo/dist of its checkout instead.
    #[default]
    BuiltIn,
    /// In a folder.
    Folder(PathBuf),
}

impl Page {
    /// Whether there is a page.
    #[must_use]
    pub fn is_there(&self) -> bool {
        match self {
            Self::BuiltIn => BuiltIn::get(INDEX).is_some(),
            Self::Folder(root) => root.join(INDEX).is_file(),
        }
    }
}

/// Serves the page's files, with the headers that browsers want.
///
/// A folder is answered by its `index.html`, and every room `/r/…` by that of the whole; what is not
/// there, by 404.
pub(crate) fn page(files: &Page) -> Router {
    let router = match files {
        Page::BuiltIn => built_in::<BuiltIn>(),
        Page::Folder(root) => folder(root),
    };
    HEADERS.into_iter().fold(router, |router, (name, value)| {
        let value = HeaderValue::from_static(value);
        router.layer(SetResponseHeaderLayer::overriding(name, value))
    })
}

fn folder(root: &Path) -> Router {
    Router::new()
        .route_service(ROOM, ServeFile::new(root.join(INDEX)))
        .fallback_service(ServeDir::new(root))
}

fn built_in<Files: RustEmbed>() -> Router {
    let index = |headers: HeaderMap| async move { answer(Files::get(INDEX), INDEX, &headers) };
    Router::new().route(ROOM, get(index)).fallback(|request: Request| async move {
        let path = request.uri().path().trim_start_matches('/');
        let is_folder = path.is_empty() || path.ends_with('/');
        let file = if is_folder { format!("{path}{INDEX}") } else { path.to_owned() };
        let found = Files::get(&file);
        if found.is_none() && Files::get(&format!("{path}/{INDEX}")).is_some() {
            return Redirect::permanent(&format!("/{path}/")).into_response();
        }
        answer(found, &file, request.headers())
    })
}

fn answer(file: Option<EmbeddedFile>, name: &str, request: &HeaderMap) -> Response {
    let Some(file) = file else { return StatusCode::NOT_FOUND.into_response() };
    let hash = file.metadata.sha256_hash();
    let digits: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{digits}\"");
    let is_known = request.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag);
    if is_known {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let headers = [(header::CONTENT_TYPE, kind.to_string()), (header::ETAG, tag)];
    (headers, file.data).into_response()
}

#[derive(RustEmbed)]
#[folder = "dist"]
#[exclude = "*.map"]
#[allow_missing = true]
struct BuiltIn;

const INDEX: &str = "index.html";

const ROOM: &str = "/r/{room}";

/// What every response carries.
const HEADERS: [(HeaderName, &str); 7] = [
    // A page that is built anew is loaded anew.
    (header::CACHE_CONTROL, "no-cache"),
    // Only what this server sends runs, connects or is shown; wasm compiles, text does not. 'self'
    // is also the WebSockets of this server (CSP level 3, section 6.7.2.8).
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
         worker-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    // Alone in its process, the page gets clocks fine enough to time one frame.
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), display-capture=(self)",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

#[cfg(test)]
mod tests {
    use reqwest::{Client, redirect};
    use tokio::net::TcpListener;

    use super::*;

    #[derive(RustEmbed)]
    #[folder = "tests/page"]
    struct TestPage;

    #[tokio::test]
    async fn a_built_in_page_is_found_as_one_in_a_folder() {
        for router in [built_in::<TestPage>(), folder("tests/page".as_ref())] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async { axum::serve(listener, router).await });
            let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
            for (path, status, text) in [
                ("", 200, "<p>index\n"),
                ("index.html", 200, "<p>index\n"),
                ("r/abc", 200, "<p>index\n"),
                ("folder/", 200, "<p>folder\n"),
                ("r/abc/def", 404, ""),
                ("folder/missing", 404, ""),
            ] {
                let answer = client.get(format!("http://{address}/{path}")).send().await.unwrap();
                assert_eq!(answer.status().as_u16(), status, "{path}");
                assert_eq!(answer.text().await.unwrap(), text, "{path}");
            }
            let answer = client.get(format!("http://{address}/folder")).send().await.unwrap();
            assert!(answer.status().is_redirection());
            assert_eq!(answer.headers()["location"], "/folder/");
        }
    }

    #[tokio::test]
    async fn who_has_a_built_in_file_does_not_get_it_again() {
        let tagged =
            |tag: &HeaderValue| HeaderMap::from_iter([(header::IF_NONE_MATCH, tag.clone())]);
        let first = answer(TestPage::get(INDEX), INDEX, &HeaderMap::new());
        assert_eq!(first.headers()["content-type"], "text/html");
        let tag = &first.headers()["etag"];
        let again = answer(TestPage::get(INDEX), INDEX, &tagged(tag));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let changed = answer(TestPage::get("folder/index.html"), INDEX, &tagged(tag));
        assert_eq!(changed.status(), StatusCode::OK);
    }
}
