use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::auth::kerberos::KeyUsage;

const AES: EncryptionType = EncryptionType::AES256_CTS_HMAC_SHA1_96;

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn key(encryption_type: EncryptionType) -> Key {
    Key::new(encryption_type, &vec![0x55; encryption_type.key_len().unwrap()]).unwrap()
}

fn sevens() -> Random {
    Box::new(|octets| octets.fill(7))
}

fn seal(encryption_type: EncryptionType, role: Role) -> Seal {
    Seal::new(&key(encryption_type), role, true, 100, 100, sevens()).unwrap()
}

fn pair(encryption_type: EncryptionType) -> [Seal; 2] {
    [seal(encryption_type, Role::Initiator), seal(encryption_type, Role::Acceptor)]
}

/// A token of the initiator with any EC and RRC, made of nothing but the cipher of the key.
fn token(
    encryption_type: EncryptionType,
    plaintext: &[u8],
    [extra_count, right_rotation_count]: [u16; 2],
    sequence: u64,
) -> Vec<u8> {
    let mut header =
        [&[5, 4, 6, 0xFF][..], &extra_count.to_be_bytes(), &[0; 2], &sequence.to_be_bytes()].concat();
    let filler = vec![b'x'; extra_count.into()];
    let inner = [plaintext, &filler, &header].concat();
    let mut sealed = key(encryption_type).encrypt(KeyUsage(24), [9; 16], &inner).unwrap();
    let len = sealed.len();
    sealed.rotate_right(usize::from(right_rotation_count) % len);
    header[6..8].copy_from_slice(&right_rotation_count.to_be_bytes());
    [header, sealed].concat()
}

fn refused(fault: SealFault) -> Result<(), AuthError> {
    Err(AuthError::SealRefused(fault))
}

#[test]
fn the_header_has_what_winrm_wants_and_the_message_keeps_its_length() {
    for (encryption_type, header_len) in EncryptionType::KNOWN.into_iter().zip([72, 60, 64, 60, 45]) {
        for (role, flags) in [(Role::Initiator, 6), (Role::Acceptor, 7)] {
            let mut message = b"<s:Envelope/>".to_vec();
            let header = seal(encryption_type, role).seal(&mut message).unwrap();
            assert_eq!((header.len(), message.len()), (header_len, 13));
            assert_ne!(message, b"<s:Envelope/>");
            if encryption_type != EncryptionType::RC4_HMAC {
                let rrc = u8::try_from(header_len - 32).unwrap();
                assert_eq!(header[..16], [5, 4, flags, 0xFF, 0, 0, 0, rrc, 0, 0, 0, 0, 0, 0, 0, 100]);
            }
        }
    }
}

/// [MS-KILE 4.5] The message has the octet of padding that we leave out.
#[test]
fn an_rc4_token_is_that_of_ms_kile() {
    let key = Key::new(EncryptionType::RC4_HMAC, &hex("81a2cb90af7fc2d19554a150d8185359")).unwrap();
    let confounder = hex("5256f3fb630cf12a");
    let random: Random = Box::new(move |octets| octets.copy_from_slice(&confounder));
    let mut client = Seal::new(&key, Role::Initiator, false, 0x60CB_ACD3, 0, random).unwrap();
    let mut server = Seal::new(&key, Role::Acceptor, false, 0, 0x60CB_ACD3, sevens()).unwrap();
    let signature = hex("603b06092a864886f71201020202011100\
         1000ffffe29e8bbc6348e740ebaa619244a156a13b5cf65e3c21b9aa");
    let sealed = hex("8ed63f0ac83815335b72e293bae1f660");
    let mut message = hex("112233445566778899aabbccddeeff01");
    assert_eq!(client.seal(&mut message), Ok(signature.clone()));
    assert_eq!(message, sealed);
    assert_eq!(server.unseal(&signature, &mut message), Ok(()));
    assert_eq!(message, hex("112233445566778899aabbccddeeff"));
}

#[test]
fn messages_of_any_length_come_back_in_both_directions() {
    for encryption_type in EncryptionType::KNOWN {
        let [mut client, mut server] = pair(encryption_type);
        for len in (0..100).chain([8191, 8192, 8193, 16_384, 100_000]) {
            let text = vec![b'a'; len];
            let mut message = text.clone();
            let header = client.seal(&mut message).unwrap();
            assert_eq!(server.unseal(&header, &mut message), Ok(()), "{len}");
            assert!(message == text, "{len}");
            let header = server.seal(&mut message).unwrap();
            assert_eq!(client.unseal(&header, &mut message), Ok(()), "{len}");
            assert!(message == text, "{len}");
        }
    }
}

#[test]
fn what_is_signed_is_verified_and_counts_as_a_message() {
    for encryption_type in EncryptionType::KNOWN {
        let [mut client, mut server] = pair(encryption_type);
        for _ in 0..2 {
            let mic = client.sign(b"mechanisms").unwrap();
            assert_eq!(server.verify(&mic, b"mechanism"), Err(AuthError::SignatureWrong));
            assert_eq!(server.verify(&mic, b"mechanisms"), Ok(()));
            assert!(server.verify(&mic, b"mechanisms").is_err(), "it came before");
        }
        let mut message = b"text".to_vec();
        let header = client.seal(&mut message).unwrap();
        assert_eq!(server.unseal(&header, &mut message), Ok(()));
    }
}

#[test]
fn a_replay_and_a_message_before_its_turn_are_refused_and_change_nothing() {
    for encryption_type in EncryptionType::KNOWN {
        let [mut client, mut server] = pair(encryption_type);
        let tokens = [b"one", b"two"].map(|text| {
            let mut message = text.to_vec();
            (client.seal(&mut message).unwrap(), message)
        });
        let mut open = |(header, message): &(Vec<u8>, Vec<u8>)| {
            let mut message = message.clone();
            server.unseal(header, &mut message).map(|()| message)
        };
        let [one, two] = tokens;
        assert_eq!(open(&two), Err(AuthError::SealSequence { expected: 100, found: 101 }));
        assert_eq!(open(&one), Ok(b"one".to_vec()));
        assert_eq!(open(&one), Err(AuthError::SealSequence { expected: 101, found: 100 }));
        assert_eq!(open(&two), Ok(b"two".to_vec()));
    }
}

#[test]
fn a_peer_that_does_not_count_is_understood_but_not_twice() {
    let mut server = seal(AES, Role::Acceptor);
    let tokens = [b"one", b"two"].map(|text| token(AES, text, [0, 0], 0));
    for whole in &tokens {
        assert_eq!(server.unseal(whole, &mut Vec::new()), Ok(()));
    }
    assert_eq!(server.unseal(&tokens[0], &mut Vec::new()), Err(AuthError::SealRepeated));
    let mut strict = seal(AES, Role::Acceptor).with_sequence_rule(SequenceRule::Counted);
    let refused = strict.unseal(&tokens[0], &mut Vec::new());
    assert_eq!(refused, Err(AuthError::SealSequence { expected: 100, found: 0 }));
}

#[test]
fn a_refused_message_leaves_nothing_behind() {
    for encryption_type in EncryptionType::KNOWN {
        let [mut client, mut server] = pair(encryption_type);
        let mut message = b"<s:Envelope/>".to_vec();
        let header = client.seal(&mut message).unwrap();
        let mut forged = message.clone();
        forged[0] ^= 1;
        assert_eq!(server.unseal(&header, &mut forged), Err(AuthError::SignatureWrong));
        assert_eq!(forged, b"");
        assert_eq!(server.unseal(&header, &mut message), Ok(()), "the genuine one comes after it");
    }
}

#[test]
fn neither_side_takes_its_own_tokens() {
    for encryption_type in EncryptionType::KNOWN {
        let [mut client, _] = pair(encryption_type);
        let mut message = b"text".to_vec();
        let header = client.seal(&mut message).unwrap();
        assert_eq!(client.unseal(&header, &mut message), refused(SealFault::Direction));
        let mic = client.sign(b"text").unwrap();
        assert_eq!(client.verify(&mic, b"text"), refused(SealFault::Direction));
    }
}

#[test]
fn flags_are_those_that_were_agreed_on() {
    let mut without = Seal::new(&key(AES), Role::Acceptor, false, 100, 100, sevens()).unwrap();
    let [mut client, mut server] = pair(AES);
    let mut message = b"text".to_vec();
    let mut header = client.seal(&mut message).unwrap();
    assert_eq!(without.unseal(&header, &mut message.clone()), refused(SealFault::AcceptorSubkey));
    header[2] = 4;
    assert_eq!(server.unseal(&header, &mut message), refused(SealFault::Sealed));
}

/// Each of these made another implementation panic.
#[test]
fn counts_of_a_token_that_are_longer_than_it_are_refused() {
    let cut = hex("050406ff0000001c000000000000006400");
    let overflow = hex("050406ffffffffff0000000000000064");
    for whole in [cut, overflow.clone(), [&overflow[..], &[0; 100]].concat()] {
        for at in 0..=whole.len() {
            let (header, message) = whole.split_at(at);
            let error = seal(AES, Role::Acceptor).unseal(header, &mut message.to_vec());
            let fault = if whole.len() < 60 { SealFault::TooShort } else { SealFault::ExtraCount };
            assert_eq!(error, refused(fault), "{} at {at}", whole.len());
        }
    }
}

#[test]
fn a_length_of_2_gib_is_refused_before_anything_is_made_of_it() {
    for length in ["847fffffff", "8480000000", "84ffffffff", "85ffffffffff", "ff", "80", "81", "83ffff"] {
        let forged = hex(&format!("60{length}06092a864886f71201020202011100{}", "10".repeat(40)));
        let error = seal(EncryptionType::RC4_HMAC, Role::Acceptor).unseal(&forged, &mut Vec::new());
        assert_eq!(error, refused(SealFault::Framing));
    }
}

#[test]
fn cut_tokens_are_typed_errors() {
    for encryption_type in EncryptionType::KNOWN {
        let [mut client, mut server] = pair(encryption_type);
        let mut message = b"0123456789abcdefghij".to_vec();
        let header = client.seal(&mut message).unwrap();
        let mic = seal(encryption_type, Role::Initiator).sign(b"text").unwrap();
        for len in 0..header.len() {
            let cut = server.unseal(&header[..len], &mut Vec::new());
            assert!(matches!(cut, Err(AuthError::SealRefused(_) | AuthError::SignatureWrong)), "{cut:?}");
        }
        for len in 0..mic.len() {
            let cut = server.verify(&mic[..len], b"text");
            assert!(matches!(cut, Err(AuthError::SealRefused(_) | AuthError::SignatureWrong)), "{cut:?}");
        }
        assert_eq!(server.unseal(&header, &mut message), Ok(()));
    }
}

/// [RFC 4121 4.2.5] RRC is the one field that nothing covers: a value that turns as far as the right one is as good.
#[test]
fn every_bit_that_is_turned_over_is_found_but_one_of_rrc_that_turns_as_far() {
    for encryption_type in EncryptionType::KNOWN {
        for len in [0, 1, 16, 20, 192, 452] {
            let text = vec![b'a'; len];
            let mut message = text.clone();
            let header = seal(encryption_type, Role::Initiator).seal(&mut message).unwrap();
            let mut server = seal(encryption_type, Role::Acceptor);
            let whole = [&header[..], &message].concat();
            let mut free = Vec::new();
            for bit in 0..whole.len() * 8 {
                let mut changed = whole.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                let mut message = changed.split_off(header.len());
                if server.unseal(&changed, &mut message).is_ok() {
                    free.push((bit / 8, changed[6..8].to_vec()));
                    assert_eq!(message, text);
                    server = seal(encryption_type, Role::Acceptor);
                }
            }
            let turned = whole.len() - 16;
            for (octet, count) in free {
                let count = usize::from(u16::from_be_bytes(count.try_into().unwrap()));
                let is_as_far = count % turned == (header.len() - 32) % turned;
                assert!(encryption_type != EncryptionType::RC4_HMAC && (6..8).contains(&octet) && is_as_far);
            }
        }
    }
}

#[test]
fn windows_may_turn_by_ec_and_rrc_together() {
    let mut whole = token(AES, b"<s:Envelope/>", [16, 44], 100);
    whole[6..8].copy_from_slice(&28_u16.to_be_bytes());
    let mut message = whole.split_off(76);
    assert_eq!(message.len(), 13);
    assert_eq!(seal(AES, Role::Acceptor).unseal(&whole, &mut message), Ok(()));
    assert_eq!(message, b"<s:Envelope/>");
}

#[test]
fn no_key_is_in_a_debug_print() {
    let text = format!("{:?}", seal(AES, Role::Acceptor));
    assert!(text.starts_with("Seal { encryption_type: EncryptionType(18)"), "{text}");
    assert!(!text.contains("85"), "{text}");
}

fn of_cfx() -> impl Strategy<Value = EncryptionType> {
    proptest::sample::select(&EncryptionType::KNOWN[..4])
}

proptest! {
    #[test]
    fn any_ec_rrc_and_parting_is_understood(
        encryption_type in of_cfx(),
        plaintext in proptest::collection::vec(any::<u8>(), 0..80),
        extra_count in 0..40_u16,
        right_rotation_count in any::<u16>(),
        at in any::<Index>(),
    ) {
        let whole = token(encryption_type, &plaintext, [extra_count, right_rotation_count], 100);
        let (header, message) = whole.split_at(at.index(whole.len() + 1));
        let mut message = message.to_vec();
        prop_assert_eq!(seal(encryption_type, Role::Acceptor).unseal(header, &mut message), Ok(()));
        prop_assert_eq!(message, plaintext);
    }

    #[test]
    fn an_rc4_token_may_be_parted_anywhere(
        plaintext in proptest::collection::vec(2..=u8::MAX, 0..300),
        at in any::<Index>(),
    ) {
        let [mut client, mut server] = pair(EncryptionType::RC4_HMAC);
        let mut message = plaintext.clone();
        let header = client.seal(&mut message).unwrap();
        let whole = [header, message].concat();
        let (header, message) = whole.split_at(at.index(whole.len() + 1));
        let mut message = message.to_vec();
        prop_assert_eq!(server.unseal(header, &mut message), Ok(()));
        prop_assert_eq!(message, plaintext);
    }

    #[test]
    fn rubbish_is_refused_and_leaves_nothing(
        encryption_type in proptest::sample::select(&EncryptionType::KNOWN[..]),
        header in proptest::collection::vec(any::<u8>(), 0..80),
        message in proptest::collection::vec(any::<u8>(), 0..80),
        counts in any::<[u8; 4]>(),
        is_shaped in any::<bool>(),
    ) {
        let mut header = header;
        let [a, b, c, d] = counts;
        if is_shaped && header.len() >= 16 {
            header[..16].copy_from_slice(&[5, 4, 6, 0xFF, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 100]);
        }
        let mut message = message;
        let mut server = seal(encryption_type, Role::Acceptor);
        prop_assert!(server.unseal(&header, &mut message).is_err());
        prop_assert_eq!(message, b"");
        prop_assert!(server.verify(&header, b"text").is_err());
    }
}
