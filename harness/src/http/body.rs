use crate::http::Headers;

/// [RFC 9112 6] how the recipient knows where a body ends.
///
/// [RFC 9112 6]: https://www.rfc-editor.org/rfc/rfc9112#section-6
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Framing {
    /// By Content-Length, or there is none to end.
    #[default]
    Length,
    /// By a chunk of size zero.
    Chunked,
    /// By the end of the connection.
    Close,
}

/// The content of one message.
///
/// Chunk boundaries are kept: a Windows server answers one pending Receive with several sealed bodies, a chunk each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    pub(super) octets: Vec<u8>,
    pub(super) framing: Framing,
    pub(super) chunk_ends: Vec<usize>,
    pub(super) trailers: Headers,
}

impl Body {
    /// A body sent in these chunks. An empty one is left out, as it would end the body.
    pub fn chunked<C: AsRef<[u8]>>(chunks: impl IntoIterator<Item = C>) -> Self {
        let mut body = Self { framing: Framing::Chunked, ..Self::default() };
        for chunk in chunks.into_iter().filter(|chunk| !chunk.as_ref().is_empty()) {
            body.octets.extend_from_slice(chunk.as_ref());
            body.chunk_ends.push(body.octets.len());
        }
        body
    }

    /// A body that ends with the connection.
    #[must_use]
    pub fn until_close(octets: Vec<u8>) -> Self {
        Self { octets, framing: Framing::Close, ..Self::default() }
    }

    /// The content, chunks joined.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The content, without a copy.
    #[must_use]
    pub fn into_octets(self) -> Vec<u8> {
        self.octets
    }

    /// How the end of the body is told.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.framing
    }

    /// The pieces the body came in: its chunks, else the whole unless it is empty.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        let whole =
            (self.framing != Framing::Chunked && !self.octets.is_empty()).then_some(self.octets.as_slice());
        let starts = std::iter::once(0).chain(self.chunk_ends.iter().copied());
        let pieces = starts.zip(&self.chunk_ends).filter_map(|(start, end)| self.octets.get(start..*end));
        whole.into_iter().chain(pieces)
    }

    /// The fields that followed the last chunk.
    #[must_use]
    pub fn trailers(&self) -> &Headers {
        &self.trailers
    }

    /// How many octets of content there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.octets.len()
    }

    /// Whether there is no content.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }
}

impl From<Vec<u8>> for Body {
    fn from(octets: Vec<u8>) -> Self {
        Self { octets, ..Self::default() }
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::Body;

    #[test]
    fn chunks_are_given_back_as_they_were_cut() {
        let body = Body::chunked(["one", "", "three"]);
        assert_eq!(body.octets(), b"onethree");
        assert_eq!(body.chunks().collect::<Vec<_>>(), [b"one".as_slice(), b"three"]);
    }

    #[test]
    fn a_body_with_a_length_is_one_piece_and_an_empty_one_none() {
        assert_eq!(Body::from("ab").chunks().collect::<Vec<_>>(), [b"ab".as_slice()]);
        assert_eq!(Body::default().chunks().count(), 0);
        assert_eq!(Body::chunked([""; 0]).chunks().count(), 0);
    }
}
