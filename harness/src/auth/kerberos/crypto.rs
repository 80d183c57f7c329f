//! [RFC 3961], [RFC 3962], [RFC 8009], [RFC 4757]: the encryption types.
