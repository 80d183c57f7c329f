use std::collections::BTreeSet;

use crate::auth::AuthError;
use crate::limits::KERBEROS_UNCOUNTED_MESSAGES_MAX;

/// What is demanded of the number of a message that came, whose checksum already fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SequenceRule {
    /// Each message has the number after that of the one before, or 0 and a checksum that has not come before.
    ///
    /// MIT, `sspi` and recorded Windows hosts count every message from the number in AP-REQ or AP-REP on. Windows does
    /// not count when the initiator asked for neither replay nor sequence detection, and never counts the checksum of a
    /// list of mechanisms: all of these have the number 0. The number is covered by the checksum, so nobody can make a
    /// counted message look like one of those; and what came once with 0 is known by its checksum when it comes again.
    /// What is lost: messages that the peer did not count can be reordered or withheld.
    #[default]
    CountedOrZero,
    /// [RFC 4121 4.2.6.1] Each message has the number after that of the one before.
    Counted,
    /// Any number, any number of times; for a server that is wrong on purpose.
    Unchecked,
}

/// How far the numbers of an encryption type count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// [RFC 4757 7.1] They begin again after 2^32 - 1.
    Bits32,
    /// [RFC 4121 4.2.5]
    Bits64,
}

/// The numbers of what is sent.
#[derive(Debug)]
pub(crate) struct SendSequence {
    /// `None` when all were used.
    next: Option<u64>,
    width: Width,
}

/// The numbers of what comes.
#[derive(Debug)]
pub(crate) struct ReceiveSequence {
    /// `None` when all were used.
    next: Option<u64>,
    width: Width,
    rule: SequenceRule,
    /// The first octets of the checksums of all messages with the number 0.
    uncounted: BTreeSet<[u8; 8]>,
}

impl Width {
    fn cut(self, number: u64) -> u64 {
        match self {
            Self::Bits32 => number & u64::from(u32::MAX),
            Self::Bits64 => number,
        }
    }

    fn after(self, number: u64) -> Option<u64> {
        match self {
            Self::Bits32 => Some(self.cut(number.wrapping_add(1))),
            Self::Bits64 => number.checked_add(1),
        }
    }
}

impl SendSequence {
    pub(crate) fn new(first: u64, width: Width) -> Self {
        Self { next: Some(width.cut(first)), width }
    }

    /// The number of the next message.
    pub(crate) fn peek(&self) -> Result<u64, AuthError> {
        self.next.ok_or(AuthError::SequenceExhausted)
    }

    /// The number of the next message, which is used up.
    pub(crate) fn take(&mut self) -> Result<u64, AuthError> {
        let number = self.peek()?;
        self.next = self.width.after(number);
        Ok(number)
    }
}

impl ReceiveSequence {
    pub(crate) fn new(first: u64, width: Width) -> Self {
        Self {
            next: Some(width.cut(first)),
            width,
            rule: SequenceRule::default(),
            uncounted: BTreeSet::new(),
        }
    }

    pub(crate) fn set_rule(&mut self, rule: SequenceRule) {
        self.rule = rule;
    }

    /// Whether a message of this number can be right; nothing changes.
    pub(crate) fn expect(&self, number: u64) -> Result<(), AuthError> {
        let expected = self.next.ok_or(AuthError::SequenceExhausted)?;
        let is_right = match self.rule {
            SequenceRule::CountedOrZero => number == expected || number == 0,
            SequenceRule::Counted => number == expected,
            SequenceRule::Unchecked => true,
        };
        if is_right { Ok(()) } else { Err(AuthError::SealSequence { expected, found: number }) }
    }

    /// Takes note of a message whose checksum fits. After an error all is as before.
    pub(crate) fn accept(&mut self, number: u64, checksum: [u8; 8]) -> Result<(), AuthError> {
        self.expect(number)?;
        if self.rule == SequenceRule::CountedOrZero && number == 0 {
            self.remember(checksum)?;
        }
        if self.next == Some(number) {
            self.next = self.width.after(number);
        }
        Ok(())
    }

    fn remember(&mut self, checksum: [u8; 8]) -> Result<(), AuthError> {
        if self.uncounted.contains(&checksum) {
            return Err(AuthError::SealRepeated);
        }
        if self.uncounted.len() >= KERBEROS_UNCOUNTED_MESSAGES_MAX {
            return Err(AuthError::SequenceExhausted);
        }
        self.uncounted.insert(checksum);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_messages_come_once_and_in_order() {
        let mut sequence = ReceiveSequence::new(7, Width::Bits64);
        assert_eq!(sequence.accept(7, [7; 8]), Ok(()));
        assert_eq!(sequence.accept(8, [8; 8]), Ok(()));
        for found in [7, 8, 10, u64::MAX] {
            assert_eq!(sequence.accept(found, [1; 8]), Err(AuthError::SealSequence { expected: 9, found }));
        }
        assert_eq!(sequence.accept(9, [9; 8]), Ok(()));
    }

    #[test]
    fn a_message_that_is_not_counted_comes_once_and_shifts_nothing() {
        let mut sequence = ReceiveSequence::new(7, Width::Bits64);
        assert_eq!(sequence.accept(0, [1; 8]), Ok(()));
        assert_eq!(sequence.accept(0, [2; 8]), Ok(()));
        assert_eq!(sequence.accept(0, [1; 8]), Err(AuthError::SealRepeated));
        assert_eq!(sequence.accept(7, [3; 8]), Ok(()));
        assert_eq!(sequence.accept(0, [2; 8]), Err(AuthError::SealRepeated));
    }

    #[test]
    fn the_first_number_may_be_0_whether_the_peer_counts_or_not() {
        for numbers in [[0, 1, 2], [0, 0, 0], [0, 0, 1]] {
            let mut sequence = ReceiveSequence::new(0, Width::Bits64);
            for (checksum, number) in numbers.into_iter().enumerate() {
                let checksum = [u8::try_from(checksum).unwrap(); 8];
                assert_eq!(sequence.accept(number, checksum), Ok(()));
                assert!(sequence.accept(number, checksum).is_err(), "a replay of {number} of {numbers:?}");
            }
        }
    }

    #[test]
    fn a_strict_receiver_takes_no_0() {
        let mut sequence = ReceiveSequence::new(7, Width::Bits64);
        sequence.set_rule(SequenceRule::Counted);
        assert_eq!(sequence.accept(0, [1; 8]), Err(AuthError::SealSequence { expected: 7, found: 0 }));
        assert_eq!(sequence.accept(7, [1; 8]), Ok(()));
    }

    #[test]
    fn a_careless_receiver_takes_any_number_again() {
        let mut sequence = ReceiveSequence::new(7, Width::Bits64);
        sequence.set_rule(SequenceRule::Unchecked);
        for number in [7, 7, 0, 0, 3] {
            assert_eq!(sequence.accept(number, [1; 8]), Ok(()));
        }
    }

    #[test]
    fn numbers_of_32_bits_begin_again_and_those_of_64_do_not() {
        let mut send = SendSequence::new(u64::from(u32::MAX), Width::Bits32);
        assert_eq!([send.take(), send.take()], [Ok(u64::from(u32::MAX)), Ok(0)]);
        let mut send = SendSequence::new(u64::from(u32::MAX), Width::Bits64);
        assert_eq!([send.take(), send.take()], [Ok(u64::from(u32::MAX)), Ok(1 << 32)]);
        let mut send = SendSequence::new(u64::MAX, Width::Bits64);
        assert_eq!([send.take(), send.take()], [Ok(u64::MAX), Err(AuthError::SequenceExhausted)]);
        let mut receive = ReceiveSequence::new(u64::MAX, Width::Bits64);
        assert_eq!(receive.accept(u64::MAX, [1; 8]), Ok(()));
        assert_eq!(receive.accept(0, [2; 8]), Err(AuthError::SequenceExhausted));
        let mut receive = ReceiveSequence::new(u64::from(u32::MAX), Width::Bits32);
        assert_eq!(receive.accept(u64::from(u32::MAX), [1; 8]), Ok(()));
        assert_eq!(receive.accept(0, [2; 8]), Ok(()));
        assert_eq!(receive.accept(1, [3; 8]), Ok(()));
    }

    #[test]
    fn so_many_messages_without_a_number_are_taken_and_no_more() {
        let mut sequence = ReceiveSequence::new(7, Width::Bits64);
        for message in 0..KERBEROS_UNCOUNTED_MESSAGES_MAX {
            assert_eq!(sequence.accept(0, message.to_be_bytes()), Ok(()));
        }
        assert_eq!(sequence.accept(0, [0xFF; 8]), Err(AuthError::SequenceExhausted));
        assert_eq!(sequence.accept(0, [0; 8]), Err(AuthError::SealRepeated));
        assert_eq!(sequence.accept(7, [0xFF; 8]), Ok(()), "those that are counted go on");
    }
}
