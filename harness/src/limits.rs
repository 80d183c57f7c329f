//! Every bound that the harness puts on what a peer can make it hold, in one place.
//!
//! Units are the last word of each name. A test stands on each bound and one past it, beside the code that enforces it.

/// Octets of one XML document, whatever its encoding: four times the largest envelope that a Windows service can be
/// configured to take is far below it.
pub const XML_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Elements inside elements. CLIXML nests deepest of all that WinRM carries.
pub const XML_DEPTH_MAX: usize = 128;
/// Attributes of one element, namespace declarations included.
pub const XML_ATTRIBUTES_MAX: usize = 128;
/// Octets of one element or attribute name, prefix included.
pub const XML_NAME_BYTES_MAX: usize = 1024;
/// Elements, text runs and comments of one document.
pub const XML_NODES_MAX: usize = 4 * 1024 * 1024;

/// Header fields of one HTTP message.
pub const HTTP_HEADERS_MAX: usize = 64;
/// Octets of the start line and the header fields of one HTTP message.
pub const HTTP_HEAD_BYTES_MAX: usize = 96 * 1024;
/// Octets of one HTTP body when the caller gives no smaller bound.
pub const HTTP_BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Octets of one authentication token after base64.
pub const TOKEN_BYTES_MAX: usize = 64 * 1024;
/// AV pairs of one NTLM target information; the specification names eleven.
pub const NTLM_AV_PAIRS_MAX: usize = 64;
/// Mechanisms that one SPNEGO initiator can offer; Windows offers four.
pub const SPNEGO_MECH_TYPES_MAX: usize = 32;
/// Octets of one object identifier in SPNEGO.
pub const SPNEGO_OID_BYTES_MAX: usize = 64;
