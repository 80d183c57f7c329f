use crate::auth::AuthError;
use crate::auth::kerberos::kdc::KdcError;
use crate::limits::KDC_MESSAGE_BYTES_MAX;

/// [RFC 4120 7.2.2] A message for TCP: its length in four octets before it.
#[must_use]
pub fn frame(message: &[u8]) -> Vec<u8> {
    let len = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&len.to_be_bytes(), message].concat()
}

/// [RFC 4120 7.2.2] Collects one message from what TCP delivers.
#[derive(Debug, Default)]
pub struct Unframer {
    received: Vec<u8>,
}

impl Unframer {
    /// Takes what came, and returns the message when it is complete. The highest bit of the length is reserved, and more
    /// than [`KDC_MESSAGE_BYTES_MAX`] octets are refused before they come.
    pub fn feed(&mut self, octets: &[u8]) -> Result<Option<Vec<u8>>, AuthError> {
        self.received.extend_from_slice(octets);
        let Some((len, message)) = self.received.split_first_chunk::<4>() else { return Ok(None) };
        let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
        if len > KDC_MESSAGE_BYTES_MAX {
            return Err(AuthError::TokenTooLong { len, len_max: KDC_MESSAGE_BYTES_MAX });
        }
        match message.len().checked_sub(len) {
            None => Ok(None),
            Some(0) => Ok(Some(message.to_vec())),
            Some(surplus) => Err(KdcError::Surplus { len: surplus }.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_out_of_pieces_of_any_size() {
        for size in 1..9 {
            let mut unframer = Unframer::default();
            let framed = [0, 0, 0, 5, b'h', b'e', b'l', b'l', b'o'];
            let pieces: Vec<_> = framed.chunks(size).map(|piece| unframer.feed(piece).unwrap()).collect();
            let (last, others) = pieces.split_last().unwrap();
            assert!(others.iter().all(Option::is_none), "{size}");
            assert_eq!(last.as_deref(), Some(b"hello".as_slice()));
        }
        assert_eq!(frame(b"hello"), [0, 0, 0, 5, b'h', b'e', b'l', b'l', b'o']);
    }

    #[test]
    fn a_length_above_the_bound_is_refused_before_its_octets_come() {
        let head = |len: usize| u32::try_from(len).unwrap().to_be_bytes();
        assert_eq!(Unframer::default().feed(&head(KDC_MESSAGE_BYTES_MAX)), Ok(None));
        for len in [KDC_MESSAGE_BYTES_MAX + 1, 0x8000_0000, 0xFFFF_FFFF] {
            let refused = AuthError::TokenTooLong { len, len_max: KDC_MESSAGE_BYTES_MAX };
            assert_eq!(Unframer::default().feed(&head(len)), Err(refused));
        }
    }

    #[test]
    fn octets_after_the_message_are_refused() {
        let surplus = Unframer::default().feed(&[0, 0, 0, 1, 7, 8, 9]);
        assert_eq!(surplus, Err(KdcError::Surplus { len: 2 }.into()));
    }
}
