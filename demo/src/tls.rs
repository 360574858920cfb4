//! HTTPS: browsers give cameras to pages of other machines over nothing else.

use alloc::sync::Arc;
use core::net::IpAddr;
use core::time::Duration;
use std::path::PathBuf;

use anyhow::{Context, Result};
use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// Where the certificate comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Certificate {
    /// From nobody: it is made now, is good for 30 days, and its key is never written down.
    SelfSigned,
    /// From PEM files.
    Files {
        /// The certificate, and those that lead from it to the authority.
        chain: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
}

/// What a TLS server needs.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Offers HTTP/1.1 only: `/ws` is upgraded from it.
    pub config: Arc<ServerConfig>,
    /// SHA-256 of the certificate, as browsers show it: `AB:CD:…`.
    pub fingerprint: String,
}

impl Tls {
    /// Makes or reads the certificate; a made one names `addresses` and `localhost`. `now` is the
    /// time since 1970.
    ///
    /// # Errors
    ///
    /// A file that is not there or is not what it should be, or a key of another certificate.
    pub fn new(certificate: &Certificate, addresses: &[IpAddr], now: Duration) -> Result<Self> {
        let (chain, key) = match certificate {
            Certificate::SelfSigned => self_signed(addresses, now)?,
            Certificate::Files { chain, key } => (
                CertificateDer::pem_file_iter(chain)
                    .and_then(Iterator::collect)
                    .with_context(|| format!("no certificate in {}", chain.display()))?,
                PrivateKeyDer::from_pem_file(key)
                    .with_context(|| format!("no private key in {}", key.display()))?,
            ),
        };
        let leaf = chain.first().context("the file of --tls-cert has no certificate")?;
        let fingerprint = fingerprint(leaf);
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .context("--tls-key is not the key of --tls-cert")?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), fingerprint })
    }
}

fn self_signed(
    addresses: &[IpAddr],
    now: Duration,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let names = addresses.iter().map(ToString::to_string).chain(["localhost".to_owned()]);
    let mut params = CertificateParams::new(names.collect::<Vec<_>>())?;
    params.distinguished_name.push(DnType::CommonName, "Frameseal demo");
    // Other clocks may be behind.
    params.not_before = date(now.saturating_sub(DAY))?;
    params.not_after = date(now.saturating_add(DAY.saturating_mul(30)))?;
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((vec![certificate.der().clone()], key.into()))
}

fn date(since_1970: Duration) -> Result<OffsetDateTime> {
    Ok(OffsetDateTime::from_unix_timestamp(i64::try_from(since_1970.as_secs())?)?)
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let hash = Sha256::digest(certificate);
    let pairs: Vec<_> = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
