/// What a connection runs over, as far as the layers above need to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Channel {
    /// TCP alone.
    #[default]
    Clear,
    /// TLS.
    Tls(Box<TlsChannel>),
}

/// What is known of a TLS connection once its handshake is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsChannel {
    /// [RFC 5929 4.1] The hash of the server's certificate, which authentications are bound to.
    pub end_point_hash: Vec<u8>,
    /// As `TLSv1.3`.
    pub version: String,
    /// As `TLS13_AES_256_GCM_SHA384`.
    pub cipher_suite: String,
    /// The DER of the client's certificate, if it proved to have one.
    pub client_certificate: Option<Vec<u8>>,
}
