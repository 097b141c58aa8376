//! Which cryptography TLS runs on: ring, which builds with nothing but a C compiler and in a tenth of the time of aws-lc.

/// Makes it the process's choice; every client of ours calls this before it is built.
pub fn choose() {
    // An error says that somebody has chosen already, which is as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
