use std::fmt;

use md5::Md5;
use sha1::Sha1;
use sha2::Digest;
use sha2::Sha224;
use sha2::Sha256;
use sha2::Sha384;
use sha2::Sha512;
use x509_parser::asn1_rs::Oid;
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::AlgorithmIdentifier;

/// What a certificate is signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureAlgorithm {
    /// Its object identifier, as `1.2.840.113549.1.1.11`.
    pub oid: String,
    /// The one hash function that the algorithm uses; `None` where it uses none (Ed25519), or where this doesn't know it.
    pub hash: Option<HashAlgorithm>,
}

/// The hash functions of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// Broken.
    Md5,
    /// Broken.
    Sha1,
    /// [FIPS 180-4]
    Sha224,
    /// [FIPS 180-4]
    Sha256,
    /// [FIPS 180-4]
    Sha384,
    /// [FIPS 180-4]
    Sha512,
}

const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";

/// The algorithms whose identifier names the hash function.
const HASHES: &[(&str, HashAlgorithm)] = &[
    // [RFC 3279 2.2] RSA, DSA and ECDSA.
    ("1.2.840.113549.1.1.4", HashAlgorithm::Md5),
    ("1.2.840.113549.1.1.5", HashAlgorithm::Sha1),
    ("1.3.14.3.2.29", HashAlgorithm::Sha1),
    ("1.2.840.10040.4.3", HashAlgorithm::Sha1),
    ("1.2.840.10045.4.1", HashAlgorithm::Sha1),
    // [RFC 4055 5]
    ("1.2.840.113549.1.1.14", HashAlgorithm::Sha224),
    ("1.2.840.113549.1.1.11", HashAlgorithm::Sha256),
    ("1.2.840.113549.1.1.12", HashAlgorithm::Sha384),
    ("1.2.840.113549.1.1.13", HashAlgorithm::Sha512),
    // [RFC 5758 3.2]
    ("1.2.840.10045.4.3.1", HashAlgorithm::Sha224),
    ("1.2.840.10045.4.3.2", HashAlgorithm::Sha256),
    ("1.2.840.10045.4.3.3", HashAlgorithm::Sha384),
    ("1.2.840.10045.4.3.4", HashAlgorithm::Sha512),
    ("2.16.840.1.101.3.4.3.1", HashAlgorithm::Sha224),
    ("2.16.840.1.101.3.4.3.2", HashAlgorithm::Sha256),
];

/// [RFC 4055 2.1] The functions that the parameters of RSASSA-PSS name.
const PSS_HASHES: &[(&str, HashAlgorithm)] = &[
    ("1.3.14.3.2.26", HashAlgorithm::Sha1),
    ("2.16.840.1.101.3.4.2.4", HashAlgorithm::Sha224),
    ("2.16.840.1.101.3.4.2.1", HashAlgorithm::Sha256),
    ("2.16.840.1.101.3.4.2.2", HashAlgorithm::Sha384),
    ("2.16.840.1.101.3.4.2.3", HashAlgorithm::Sha512),
];

impl SignatureAlgorithm {
    pub(crate) fn read(identifier: &AlgorithmIdentifier<'_>) -> Self {
        let oid = identifier.algorithm.to_id_string();
        let hash = match oid.as_str() {
            RSASSA_PSS => pss_hash(identifier),
            _ => find(HASHES, &oid),
        };
        Self { oid, hash }
    }

    /// Whether certificates may not be signed with it any more.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        matches!(self.hash, Some(HashAlgorithm::Md5 | HashAlgorithm::Sha1))
    }

    /// [RFC 5929 4.1] What `tls-server-end-point` is of a certificate signed with this: its hash by the function of the
    /// signature, "if the certificate's signatureAlgorithm uses [...] MD5 or SHA-1, then use SHA-256".
    ///
    /// The text leaves it undefined for a signature without such a function, Ed25519. Here it is SHA-256 then, as it is
    /// for pypsrp and pyspnego, which most clients of WinRM outside of Windows are made of; libcurl and libpq give up.
    #[must_use]
    pub fn end_point_hash(&self, der: &[u8]) -> Vec<u8> {
        match self.hash {
            Some(HashAlgorithm::Md5 | HashAlgorithm::Sha1) | None => HashAlgorithm::Sha256.digest(der),
            Some(hash) => hash.digest(der),
        }
    }
}

impl HashAlgorithm {
    fn digest(self, octets: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => Md5::digest(octets).to_vec(),
            Self::Sha1 => Sha1::digest(octets).to_vec(),
            Self::Sha224 => Sha224::digest(octets).to_vec(),
            Self::Sha256 => Sha256::digest(octets).to_vec(),
            Self::Sha384 => Sha384::digest(octets).to_vec(),
            Self::Sha512 => Sha512::digest(octets).to_vec(),
        }
    }
}

/// [RFC 4055 3.1] SHA-1 where the parameters don't say. [RFC 8017 A.2.3] None of it counts where there are none at all:
/// such a signature is not valid.
fn pss_hash(identifier: &AlgorithmIdentifier<'_>) -> Option<HashAlgorithm> {
    let parameters = RsaSsaPssParams::try_from(identifier.parameters.as_ref()?).ok()?;
    find(PSS_HASHES, &Oid::to_id_string(parameters.hash_algorithm_oid()))
}

fn find(table: &[(&str, HashAlgorithm)], oid: &str) -> Option<HashAlgorithm> {
    table.iter().find(|(known, _)| *known == oid).map(|(_, hash)| *hash)
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hash {
            Some(hash) => write!(f, "{hash} ({})", self.oid),
            None => f.write_str(&self.oid),
        }
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}
