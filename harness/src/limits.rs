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
/// Namespace declarations in scope at one place: resolving a prefix looks through them.
pub const XML_NAMESPACES_MAX: usize = 128;
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

/// Octets of input that a process of the reference server holds for itself until somebody reads its output.
pub const PROCESS_STDIN_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Requests that one connection of the reference server holds back while an earlier one waits for its answer.
pub const PIPELINED_REQUESTS_MAX: usize = 4;
/// Octets of the environment of one shell.
pub const SHELL_ENVIRONMENT_BYTES_MAX: usize = 64 * 1024;
/// Octets of one chunk-size line, extensions included and CRLF not.
pub const HTTP_CHUNK_LINE_BYTES_MAX: usize = 256;
/// Chunks of one HTTP body.
pub const HTTP_CHUNKS_MAX: usize = 256 * 1024;
/// Challenges in all the `WWW-Authenticate` fields of one answer.
pub const HTTP_CHALLENGES_MAX: usize = 32;
/// Parameters of one challenge or one media type.
pub const HTTP_PARAMETERS_MAX: usize = 32;
/// AV pairs of one NTLM target information; the specification names eleven.
pub const NTLM_AV_PAIRS_MAX: usize = 64;
/// Octets of one delimiter or header line of a `multipart/encrypted` body.
pub const MULTIPART_LINE_BYTES_MAX: usize = 1024;
/// Octets of plaintext that CredSSP seals in one portion: what one TLS record holds.
pub const CREDSSP_PORTION_BYTES_MAX: usize = 16_384;
/// Octets of one TLS record after its header, with all that RFC 5246 6.2.3 lets a cipher add.
pub const TLS_RECORD_BYTES_MAX: usize = 16_384 + 2048;
/// TLS records that one CredSSP portion may be spread over.
pub const TLS_RECORDS_MAX: usize = 64;
/// Octets that the frame of a sealed body adds to the envelope inside: boundaries, part headers, signature.
pub const SEALED_FRAME_BYTES_MAX: usize = 4096;
/// Mechanisms that one SPNEGO initiator can offer; Windows offers four.
pub const SPNEGO_MECH_TYPES_MAX: usize = 32;
/// Octets of one object identifier in SPNEGO.
pub const SPNEGO_OID_BYTES_MAX: usize = 64;
/// Header blocks of one SOAP envelope.
pub const SOAP_HEADERS_MAX: usize = 256;
/// Selectors of one selector set.
pub const WSMAN_SELECTORS_MAX: usize = 128;
/// Options of one option set.
pub const WSMAN_OPTIONS_MAX: usize = 128;
/// Octets of a resource URI, [DSP0226 13.1].
pub const WSMAN_URI_BYTES_MAX: usize = 2048;
/// Octets of a MessageID, which Windows takes in any form.
pub const WSMAN_MESSAGE_ID_BYTES_MAX: usize = 2048;
/// Characters of an ActivityId, [MS-WSMV 3.1.4.1.12].
pub const WSMAN_ACTIVITY_ID_CHARS_MAX: usize = 2048;
/// WSManFaults inside ProviderFaults.
pub const WSMAN_FAULT_DEPTH_MAX: usize = 8;
/// Commands that one shell of the reference server remembers until they are terminated.
pub const COMMANDS_PER_SHELL_MAX: usize = 1500;
/// Enumerations that one user of the reference server has open.
pub const ENUMERATIONS_PER_USER_MAX: usize = 100;
/// Places that a compressor compares with the next one: more of them make smaller output in more time.
pub const COMPRESSION_CANDIDATES_MAX: usize = 32;
/// Octets of one block of a compressed shell stream, [MS-XCA 2.1].
pub const XPRESS_BLOCK_BYTES_MAX: usize = 65_536;
/// Octets of answers that the server keeps of one robust operation, [MS-WSMV 3.1.1] note <44>.
pub const ROBUST_BUFFER_BYTES_MAX: usize = 3 * 1024 * 1024;
/// Robust operations of one user that the server remembers.
pub const ROBUST_OPERATIONS_PER_USER_MAX: usize = 100;
