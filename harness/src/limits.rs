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
pub const XML_NODES_MAX: usize = 1024 * 1024;

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
/// Octets of a WQL query.
pub const WQL_BYTES_MAX: usize = 16 * 1024;
/// Words, values and signs of a WQL query.
pub const WQL_TOKENS_MAX: usize = 2048;
/// Parentheses and NOTs inside each other in a WQL query.
pub const WQL_DEPTH_MAX: usize = 64;
/// Characters of a pattern of LIKE: matching takes at most so many steps for each character of the text.
pub const WQL_LIKE_CHARS_MAX: usize = 256;
/// Octets of one XPath expression of a fragment or a filter.
pub const XPATH_BYTES_MAX: usize = 4096;
/// Steps, predicates and constants of one XPath expression: what it costs to look at one node.
pub const XPATH_STEPS_MAX: usize = 256;
/// Brackets and parentheses inside each other in one XPath expression.
pub const XPATH_DEPTH_MAX: usize = 8;
/// Instances inside instances of CIM.
pub const CIM_EMBEDDED_DEPTH_MAX: usize = 16;
/// Octets of one parameter of a Digest challenge, of its name and of its value.
pub const DIGEST_VALUE_BYTES_MAX: usize = 2048;
/// Instances that the namespace of the reference server holds.
pub const CIM_INSTANCES_MAX: usize = 1024;
/// Responses without items that a client takes in a row before it gives an enumeration up.
pub const ENUMERATION_EMPTY_PAGES_MAX: usize = 100;
/// Events that the log of the reference server keeps; the oldest goes first.
pub const EVENTS_LOGGED_MAX: usize = 1024;
/// Characters of each text in an event, such as the user.
pub const EVENT_TEXT_CHARS_MAX: usize = 256;
/// Selections in the filter of one subscription.
pub const EVENT_QUERY_SELECTS_MAX: usize = 64;
/// Octets of one selection.
pub const EVENT_QUERY_BYTES_MAX: usize = 4096;
/// Parentheses inside parentheses of one selection.
pub const EVENT_QUERY_DEPTH_MAX: usize = 16;
/// Events that wait for one subscription to be delivered; one more, and the oldest counts as dropped.
pub const SUBSCRIPTION_EVENTS_MAX: usize = 1024;
/// Subscriptions of one user.
pub const SUBSCRIPTIONS_PER_USER_MAX: usize = 100;
/// Subscriptions of all users.
pub const SUBSCRIPTIONS_MAX: usize = 500;
/// Octets of a reference that a subscription tells: each of its deliveries repeats them.
pub const SUBSCRIPTION_REFERENCE_BYTES_MAX: usize = 8192;
/// Retries of one delivery that a subscriber may ask for.
pub const SUBSCRIPTION_RETRIES_MAX: u32 = 100;
/// Messages that say that a subscription ended and that nobody has fetched from the server.
pub const SUBSCRIPTION_ENDS_MAX: usize = 500;
/// Characters of the name of one selector or option, [DSP0226 13.4].
pub const WSMAN_NAME_CHARS_MAX: usize = 2048;
/// Characters of the value of one selector or option, [DSP0226 13.4].
pub const WSMAN_VALUE_CHARS_MAX: usize = 4096;
/// Characters of all names and values of one selector set, those of the references inside it too, [DSP0226 13.4].
pub const WSMAN_SELECTOR_SET_CHARS_MAX: usize = 8096;
/// Selector sets inside the references of selectors; an association of associations has two.
pub const WSMAN_REFERENCE_DEPTH_MAX: usize = 4;
/// References in one selector set and the sets inside it. Each is kept with the namespace declarations around it.
pub const WSMAN_REFERENCES_MAX: usize = 16;
/// Reference properties and parameters of one ReplyTo or FaultTo, which come back as header blocks.
pub const WSA_REFERENCE_PARAMETERS_MAX: usize = 16;
/// Octets of a fault that a client takes whatever its MaxEnvelopeSize, [DSP0226 13.4].
pub const FAULT_BYTES_ALWAYS: usize = 4096;
/// Octets of one security descriptor as text: far above what a binary one of 64 KiB can say in short letters.
pub const SDDL_BYTES_MAX: usize = 64 * 1024;
/// Entries of one access control list.
pub const SDDL_ACES_MAX: usize = 1024;
/// Sub-authorities of one SID, [MS-DTYP 2.4.2].
pub const SID_SUB_AUTHORITIES_MAX: usize = 15;
/// Listeners, certificate mappings, security entries or plug-ins that the configuration holds, of each kind.
pub const CONFIG_ROWS_MAX: usize = 256;
/// Children of one kind that one element of the configuration has: addresses, resources, capabilities, parameters.
pub const CONFIG_ITEMS_MAX: usize = 256;
/// Shells of one user where the configuration says 0, which is no limit of its own.
pub const SHELLS_PER_USER_MAX: usize = 4096;
/// Messages that a sink remembers, to know one that comes again.
pub const SINK_MESSAGES_MAX: usize = 64;
/// Octets of the answer of a sink, and of a message to one.
pub const SINK_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Places that a compressor compares with the next one: more of them make smaller output in more time.
pub const COMPRESSION_CANDIDATES_MAX: usize = 32;
/// Octets of one block of a compressed shell stream, [MS-XCA 2.1].
pub const XPRESS_BLOCK_BYTES_MAX: usize = 65_536;
/// Octets of answers that the server keeps of one robust operation, [MS-WSMV 3.1.1] note <44>.
pub const ROBUST_BUFFER_BYTES_MAX: usize = 3 * 1024 * 1024;
/// Robust operations of one user that the server remembers.
pub const ROBUST_OPERATIONS_PER_USER_MAX: usize = 100;
/// Octets of namespace declarations that the elements of one list which are kept as they are take with them: items,
/// fragments, events, header blocks.
pub const OPAQUE_DECLARATION_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Octets of one certificate.
pub const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;
/// Alternative names of one certificate: each is compared with each certificate mapping.
pub const CERTIFICATE_NAMES_MAX: usize = 1024;
/// Certificates of one PEM file: a system's file of authorities has about 150.
pub const PEM_CERTIFICATES_MAX: usize = 1024;
/// Certificates of a client's chain among which the one that signed its own is looked for.
pub const CLIENT_CHAIN_CERTIFICATES_MAX: usize = 8;
/// Bits of the modulus of an RSA key that a certificate has to have.
pub const RSA_KEY_BITS_MIN: usize = 2048;
/// Octets that a peer may send before a TLS handshake is over.
pub const TLS_HANDSHAKE_BYTES_MAX: usize = 256 * 1024;
/// Components of one Kerberos name.
pub const KERBEROS_NAME_COMPONENTS_MAX: usize = 16;
/// Octets of one component of a Kerberos name, and of a realm.
pub const KERBEROS_NAME_BYTES_MAX: usize = 1024;
/// Elements of one level of Kerberos authorization data.
pub const KERBEROS_AUTHORIZATION_ELEMENTS_MAX: usize = 64;
/// Encryption types that an initiator may offer for a subkey, [RFC 4537].
pub const KERBEROS_ENCRYPTION_TYPES_MAX: usize = 32;
/// Tickets in one delegated credential: a ticket-granting ticket is one.
pub const KERBEROS_CRED_TICKETS_MAX: usize = 4;
/// Octets of a keytab.
pub const KEYTAB_BYTES_MAX: usize = 1024 * 1024;
/// Keys of a keytab.
pub const KEYTAB_ENTRIES_MAX: usize = 1024;
/// Keys that are tried on one ticket: a service has some old versions of each.
pub const KERBEROS_KEYS_TRIED_MAX: usize = 16;
/// Authenticators that are remembered to know one that comes again.
pub const KERBEROS_REPLAYS_MAX: usize = 64 * 1024;
/// Iterations of a password's hash that a KDC may ask for: eight times the default of RFC 8009.
pub const KERBEROS_ITERATIONS_MAX: u32 = 262_144;
/// Characters of a host name, [RFC 1035 2.3.4].
pub const HOST_CHARS_MAX: usize = 255;
/// Octets of a list of trusted hosts.
pub const TRUSTED_HOSTS_BYTES_MAX: usize = 64 * 1024;
/// Hosts in a list of trusted hosts.
pub const TRUSTED_HOSTS_MAX: usize = 1024;
/// Requests of one handshake: CredSSP with TLS 1.2 and SPNEGO inside has seven.
pub const HANDSHAKE_LEGS_MAX: usize = 16;
/// Octets of one message of a KDC; a ticket with the groups of a Windows user has up to 64 KiB.
pub const KDC_MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// Elements of preauthentication data in one message of a KDC.
pub const KDC_PADATA_MAX: usize = 64;
/// Realms that refer to the next one before the service's own is found.
pub const KDC_REFERRALS_MAX: usize = 8;
/// Octets of a credential cache file.
pub const CCACHE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Credentials of a credential cache.
pub const CCACHE_CREDENTIALS_MAX: usize = 1024;
/// Addresses, and elements of authorization data, of one credential of a cache.
pub const CCACHE_ITEMS_MAX: usize = 64;
/// Messages of one session that a peer of Kerberos may send without counting them; each is remembered by eight octets.
pub const KERBEROS_UNCOUNTED_MESSAGES_MAX: usize = 65_536;
/// Records of one token, with the turns that TLS takes over them, that a TLS session in memory takes.
pub const TLS_TURNS_MAX: usize = 256;
/// SPNEGO tokens of one TSRequest; everybody sends one.
pub const CREDSSP_NEGO_TOKENS_MAX: usize = 4;
/// TSRequests that one side of CredSSP takes before the authentication inside is complete.
pub const CREDSSP_ROUNDS_MAX: usize = 10;
/// Octets of each text in the credentials that CredSSP hands over, [MS-CSSP 2.2.1.2.1].
pub const CREDSSP_TEXT_BYTES_MAX: usize = 2048;
/// Logons at other hosts that commands of the reference server wait for at once.
pub const HOPS_MAX: usize = 16;
/// Characters of what a command says about such a logon.
pub const HOP_TEXT_CHARS_MAX: usize = 1024;
/// Answers that may come before another host has said who somebody is there.
pub const HOP_RECEIVES_MAX: usize = 8;
/// Octets of white space that are tried to make a ciphertext hostile: two octets at its end take 4096 on average.
pub const HOSTILE_PADDING_BYTES_MAX: usize = 64 * 1024;
/// Texts that are tried to make a ciphertext of AES hostile: two octets at its end take 65536 on average.
pub const HOSTILE_TRIES_MAX: u32 = 1024 * 1024;
