use super::*;
use crate::auth::kerberos::TicketFlags;

/// What `kinit --no-request-pac user-aes128` and `kvno HTTP/aes128.example.test` of MIT's krb5 1.20.1 left behind, in a
/// realm that `conformance/peers/kdc` made and that is gone.
const RECORDED: &str = "0504000c00010008000000000000000000000001000000010000000c4558414d504c452e544553540000000b757365722d616573313238
     00000001000000010000000c4558414d504c452e544553540000000b757365722d61657331323800000001000000030000000c582d4341
     434845434f4e463a000000156b7262355f6363616368655f636f6e665f646174610000000a666173745f617661696c000000206b726274
     67742f4558414d504c452e54455354404558414d504c452e54455354000000000000000000000000000000000000000000000000000000
     0000000000000000000000037965730000000000000001000000010000000c4558414d504c452e544553540000000b757365722d616573
     31323800000001000000030000000c582d4341434845434f4e463a000000156b7262355f6363616368655f636f6e665f64617461000000
     0770615f74797065000000206b72627467742f4558414d504c452e54455354404558414d504c452e544553540000000000000000000000
     00000000000000000000000000000000000000000000000000000001320000000000000001000000010000000c4558414d504c452e5445
     53540000000b757365722d61657331323800000002000000020000000c4558414d504c452e54455354000000066b72627467740000000c
     4558414d504c452e5445535400140000002027962820c1843a3d9aa2bd82bdacbcf87290f28a76f0a81b746f016802ad8eb26b038c6c6b
     038c6c6b04190c6b04ddec0040e1000000000000000000000000012a6182012630820122a003020105a10e1b0c4558414d504c452e5445
     5354a221301fa003020102a11830161b066b72627467741b0c4558414d504c452e54455354a381e73081e4a003020114a103020101a281
     d70481d43642a5778b356112db0cd4dafd379ffc7303a868bc2aa14aba4d1f6930d5bedd93df7a61d9ecaaec237f617344e950ca4c3887
     c5203f0a66933752dcb224da5fb6be077d97eebf46bb40f21d8617e50b7b8e57ed9f49ec0530055a1cdfec455fcc7167e9588c7fbc64a5
     b49fe7a59f72f8298b7b0dee06c503322a5a219a2d6b447d5c82be761ffd2115610f2ef5195de51046aaaa94baca502404b2b9caa11c44
     5986c4a8c3cef383bbc520fc795d473e7cfbe41e929674159c5b56f57b6a9f0b3a5b301664867af284cee1ac0d6014d76d152c00000000
     00000001000000010000000c4558414d504c452e544553540000000b757365722d61657331323800000001000000020000000c4558414d
     504c452e544553540000000448545450000000136165733132382e6578616d706c652e74657374001100000010f97a249b53c1fe81005f
     71ffed660d036b038c6c6b038c6c6b04190c6b04ddec0040a900000000000000000000000001136182010f3082010ba003020105a10e1b
     0c4558414d504c452e54455354a2263024a003020101a11d301b1b04485454501b136165733132382e6578616d706c652e74657374a381
     cb3081c8a003020111a103020101a281bb0481b8a4f60c7b2ade3e594b05f55fc703bced90cb6f9f93059c2f3244fd493fb14034e8379a
     dfc8f02ac2737bfab19fc6574d94eca6a18f9e695ad2f7cb84c5cc0311cd13eb787c68fb4fcb37204035e7d122eadd7c040dcbc3769439
     192dc73bef445d5755cd6175b1e17103aa5f0478d6867bb636784281a20dbf292e4c03fa9dff1fc3c312329bff83e8d2ccfcd6835b4b10
     681ce33ea85a0daa42fcedd61ffb0d184d88c739dbf1bd7a4c677962971083b31ae78c0224617900000000";

fn recorded() -> Vec<u8> {
    let digits: Vec<_> = RECORDED.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

fn name(components: &[&str]) -> PrincipalName {
    let components = components.iter().map(|component| (*component).to_owned()).collect();
    PrincipalName { realm: "EXAMPLE.TEST".to_owned(), components }
}

#[test]
fn what_kinit_and_kvno_leave_is_two_tickets() {
    let cache = CredentialCache::parse(&recorded()).unwrap();
    assert_eq!(cache.principal, name(&["user-aes128"]));
    assert_eq!(cache.credentials.len(), 2);
    let first = cache.ticket_granting_ticket().unwrap();
    assert_eq!(first.server, name(&["krbtgt", "EXAMPLE.TEST"]));
    assert_eq!(first.session_key.encryption_type(), EncryptionType::AES256_CTS_HMAC_SHA384_192);
    assert_eq!(first.end_time - first.start_time, 36_000);
    assert!(TicketFlags(first.flags).contains(TicketFlags::FORWARDABLE.with(TicketFlags::PRE_AUTHENTICATED)));
    let second = cache.find(&["HTTP", "aes128.example.test"]).unwrap();
    assert_eq!(second.client, cache.principal);
    assert_eq!(second.session_key.encryption_type(), EncryptionType::AES128_CTS_HMAC_SHA1_96);
    assert_eq!(second.end_time, first.end_time);
    assert!(cache.find(&["HTTP", "other.example.test"]).is_none());
}

#[test]
fn what_is_written_is_read_again() {
    let cache = CredentialCache::parse(&recorded()).unwrap();
    assert_eq!(CredentialCache::parse(&cache.to_bytes().unwrap()).unwrap(), cache);
}

#[test]
fn a_file_that_is_cut_inside_an_entry_is_refused() {
    let file = recorded();
    let whole: Vec<_> =
        (0..=file.len()).filter(|len| CredentialCache::parse(&file[..*len]).is_ok()).collect();
    // Behind the name, the ticket-granting ticket, two entries of configuration and the other ticket.
    assert_eq!(whole.len(), 5, "{whole:?}");
}

#[test]
fn changed_octets_are_refused_or_read_and_never_a_panic() {
    let file = recorded();
    let mut refused = 0;
    for index in 0..file.len() {
        for mask in [0x01, 0x80, 0xFF] {
            let mut changed = file.clone();
            changed[index] ^= mask;
            refused += usize::from(CredentialCache::parse(&changed).is_err());
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn another_version_is_refused_by_its_number() {
    let mut file = recorded();
    file[1] = 3;
    let refused = CodecError::BadValue { field: "cache version", value: 0x0503 };
    assert_eq!(CredentialCache::parse(&file), Err(refused.into()));
}

/// A cache of the recorded ticket-granting ticket, `count` times.
fn of(count: usize) -> Vec<u8> {
    let recorded = CredentialCache::parse(&recorded()).unwrap();
    let credential = Credential { ticket: Vec::new(), ..recorded.credentials[0].clone() };
    let cache = CredentialCache { credentials: vec![credential; count], ..recorded };
    cache.to_bytes().unwrap().to_vec()
}

#[test]
fn entries_components_and_octets_have_bounds() {
    assert_eq!(
        CredentialCache::parse(&of(CCACHE_CREDENTIALS_MAX)).unwrap().credentials.len(),
        CCACHE_CREDENTIALS_MAX
    );
    let (len, len_max) = (CCACHE_CREDENTIALS_MAX + 1, CCACHE_CREDENTIALS_MAX);
    let refused = CodecError::TooLong { field: "cache entries", len, len_max };
    assert_eq!(CredentialCache::parse(&of(len)), Err(refused.into()));

    let named = |count: usize| {
        let components = vec!["x".to_owned(); count];
        let principal = PrincipalName { realm: "R".to_owned(), components };
        CredentialCache { principal, credentials: Vec::new() }.to_bytes().unwrap()
    };
    assert!(CredentialCache::parse(&named(KERBEROS_NAME_COMPONENTS_MAX)).is_ok());
    let (len, len_max) = (KERBEROS_NAME_COMPONENTS_MAX + 1, KERBEROS_NAME_COMPONENTS_MAX);
    let refused = CodecError::TooLong { field: "cache name", len, len_max };
    assert_eq!(CredentialCache::parse(&named(len)), Err(refused.into()));

    // Of this length it is looked at, and is not one.
    let zeros = |len: usize| CredentialCache::parse(&vec![0; len]).unwrap_err();
    assert_eq!(zeros(CCACHE_BYTES_MAX), CodecError::BadValue { field: "cache version", value: 0 }.into());
    let (len, len_max) = (CCACHE_BYTES_MAX + 1, CCACHE_BYTES_MAX);
    assert_eq!(zeros(len), CodecError::TooLong { field: "credential cache", len, len_max }.into());
}

#[test]
fn addresses_have_a_bound() {
    let with = |count: usize| {
        let mut list = u32::try_from(count).unwrap().to_be_bytes().to_vec();
        list.extend(vec![0; count * 6]);
        pass_over(&mut ReadCursor::new(&list), "cache addresses")
    };
    assert_eq!(with(CCACHE_ITEMS_MAX), Ok(()));
    let (len, len_max) = (CCACHE_ITEMS_MAX + 1, CCACHE_ITEMS_MAX);
    assert_eq!(with(len), Err(CodecError::TooLong { field: "cache addresses", len, len_max }));
}
