//! One HTTP/1.1 message after another, octets in and octets out.
//!
//! [`Framer`] cuts a connection's octets into [`Request`]s or [`Response`]s; the two types write themselves. The values
//! of the header fields that WinRM lives on have a module each: [`challenge`], [`media_type`] and [`multipart`].
//!
//! What [RFC 9112] lets a recipient repair is refused here: a harness that repairs cannot report.
//!
//! [RFC 9112]: https://www.rfc-editor.org/rfc/rfc9112

mod body;
pub mod challenge;
mod chunked;
mod error;
mod framer;
mod head;
mod headers;
mod inbox;
mod lexer;
pub mod media_type;
mod message;
pub mod multipart;
mod write;

pub use body::Body;
pub use body::Framing;
pub use chunked::LAST_CHUNK;
pub use chunked::encode_chunk;
pub use error::HeadFault;
pub use error::HttpError;
pub use framer::Framer;
pub use headers::Header;
pub use headers::Headers;
pub use message::Request;
pub use message::Response;
pub use message::Status;
pub use message::Version;
