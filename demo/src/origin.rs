//! Which pages may open `WebSockets` here: browsers let any page try, and say which one it is.

use core::net::IpAddr;
use core::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use axum::http::{HeaderMap, Uri, header};

use crate::network::TrustedProxies;

/// Where a page comes from: scheme, host and port, in small letters and without a default port.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let uri: Uri = text.parse().context("write a URL, as https://example.org")?;
        ensure!(matches!(uri.path(), "" | "/") && uri.query().is_none(), "leave out the path");
        let default_port = match uri.scheme_str() {
            Some("http") => ":80",
            Some("https") => ":443",
            _ => bail!("write http:// or https:// in front"),
        };
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let host = authority.strip_suffix(default_port).unwrap_or(authority);
        let scheme = uri.scheme_str().unwrap_or_default();
        Ok(Self(format!("{scheme}://{host}").to_lowercase()))
    }
}

/// How a request came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) peer: IpAddr,
    pub(crate) is_tls: bool,
}

/// The pages that may.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    pub(crate) allowed: Vec<Origin>,
    pub(crate) proxies: TrustedProxies,
}

impl Origins {
    /// Whether the page that a request is from may make it. Programs that are no browsers name no
    /// page, and could name any.
    pub(crate) fn allow(&self, headers: &HeaderMap, way: Way) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        // A page without an origin is `null`, and nobody's.
        let Some(origin) = origin.to_str().ok().and_then(|text| text.parse().ok()) else {
            return false;
        };
        self.own(headers, way).is_some_and(|own| own == origin) || self.allowed.contains(&origin)
    }

    /// The origin under which the client knows this server.
    fn own(&self, headers: &HeaderMap, way: Way) -> Option<Origin> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let forwarded = |name| text(name).filter(|_| self.proxies.contain(way.peer));
        let scheme = if way.is_tls { "https" } else { "http" };
        let scheme = forwarded("x-forwarded-proto").unwrap_or(scheme);
        let host = forwarded("x-forwarded-host").or_else(|| text("host"))?;
        format!("{scheme}://{host}").parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;

    use axum::http::HeaderName;

    use super::*;

    const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    fn allows(way: Way, headers: &[(&'static str, &str)]) -> bool {
        let origins = Origins {
            allowed: vec!["https://Friend.example:443/".parse().unwrap()],
            proxies: "127.0.0.1".parse().unwrap(),
        };
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        origins.allow(&headers.collect(), way)
    }

    #[test]
    fn the_own_page_and_those_that_are_allowed_may() {
        for (is_tls, host, origin, may) in [
            (false, "demo.example:8080", "http://demo.example:8080", true),
            (false, "demo.example", "http://demo.example", true),
            (true, "demo.example:443", "https://demo.example", true),
            (true, "Demo.example", "https://demo.example", true),
            (true, "[2001:db8::1]:8443", "https://[2001:db8::1]:8443", true),
            (false, "demo.example", "https://friend.example", true),
            (false, "demo.example", "http://friend.example", false),
            (false, "demo.example", "https://demo.example", false),
            (true, "demo.example", "http://demo.example", false),
            (false, "demo.example:8080", "http://demo.example", false),
            (false, "demo.example:8080", "http://evil.example:8080", false),
            (false, "demo.example", "http://demo.example.evil.example", false),
            (false, "demo.example", "null", false),
        ] {
            let way = Way { peer: CLIENT, is_tls };
            let headers = [("host", host), ("origin", origin)];
            assert_eq!(allows(way, &headers), may, "{host} {origin}");
        }
    }

    #[test]
    fn who_is_no_browser_names_no_page() {
        assert!(allows(Way { peer: CLIENT, is_tls: false }, &[("host", "demo.example")]));
    }

    #[test]
    fn a_trusted_proxy_says_under_which_origin_it_is_known() {
        let headers = [
            ("host", "127.0.0.1:8080"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "demo.example"),
            ("origin", "https://demo.example"),
        ];
        assert!(allows(Way { peer: PROXY, is_tls: false }, &headers));
        assert!(!allows(Way { peer: CLIENT, is_tls: false }, &headers));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in ["", "example.org", "ftp://example.org", "https://example.org/page", "null"] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
