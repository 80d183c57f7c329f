use proptest::prelude::*;

use crate::limits::SDDL_ACES_MAX;
use crate::limits::SDDL_BYTES_MAX;
use crate::wsman::sddl::Right;
use crate::wsman::sddl::SddlError;
use crate::wsman::sddl::SecurityDescriptor;
use crate::wsman::sddl::Sid;

const USER: [Sid; 4] = [Sid::of_account(1001), Sid::USERS, Sid::AUTHENTICATED_USERS, Sid::EVERYONE];

fn parsed(text: &str) -> SecurityDescriptor {
    SecurityDescriptor::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn granted(text: &str) -> Vec<Right> {
    let all = [Right::Read, Right::Write, Right::Execute];
    all.into_iter().filter(|right| parsed(text).grants(*right, &USER)).collect()
}

fn refused(text: &str) -> String {
    SecurityDescriptor::parse(text).unwrap_err().to_string()
}

proptest! {
    #[test]
    fn a_descriptor_is_printed_as_it_was_read(
        owner in "(O:(NS|S-1-5-[1-9][0-9]{0,8}(-[0-9]{1,9}){0,5}))?",
        group in "(G:(BA|S-1-5-32-544))?",
        flags in "(P|AI|AR|PAI)?",
        aces in "([(][AD];(|CI|OICI|IO);(|GA|GRGX|0x[0-9A-F]{1,8}|[1-9][0-9]{0,8}|FRRC);;;(WD|BU|S-1-1-0)[)]){0,6}",
        sacl in "(S:P?([(]AU;(SA|FA);GXGW;;;WD[)]){0,3})?",
    ) {
        let text = format!("{owner}{group}D:{flags}{aces}{sacl}");
        prop_assert_eq!(parsed(&text).to_string(), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[OGDS:PAI;()GRWX0-9xéBAU-]{0,80}") {
        if let Ok(descriptor) = SecurityDescriptor::parse(&text) {
            prop_assert_eq!(parsed(&descriptor.to_string()), descriptor);
        }
    }
}

#[test]
fn the_default_of_windows_is_for_administrators() {
    let root = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)";
    assert_eq!(parsed(root).to_string(), root);
    assert_eq!(granted(root), []);
    assert!(parsed(root).grants(Right::Write, &[Sid::ADMINISTRATORS]));
    let interactive = [Sid::INTERACTIVE];
    assert!(
        parsed(root).grants(Right::Read, &interactive) && !parsed(root).grants(Right::Execute, &interactive)
    );
}

#[test]
fn the_first_entry_about_a_right_decides() {
    assert_eq!(granted("D:(D;;GW;;;BU)(A;;GA;;;AU)"), [Right::Read, Right::Execute]);
    assert_eq!(granted("D:(A;;GA;;;AU)(D;;GW;;;BU)"), [Right::Read, Right::Write, Right::Execute]);
    assert_eq!(granted("D:(D;;GA;;;WD)(A;;GA;;;AU)"), []);
}

#[test]
fn rights_are_letters_or_numbers() {
    assert_eq!(granted("D:(A;;GRGX;;;WD)"), [Right::Read, Right::Execute]);
    assert_eq!(granted("D:(A;;0x80000000;;;WD)"), [Right::Read]);
    assert_eq!(granted("D:(A;;0x10000000;;;WD)"), [Right::Read, Right::Write, Right::Execute]);
    assert_eq!(granted("D:(A;;1073741824;;;WD)"), [Right::Write]);
    assert_eq!(granted("D:(A;;FA;;;WD)"), []);
    assert_eq!(granted("D:(A;;;;;WD)"), []);
}

#[test]
fn a_trustee_is_the_same_by_letters_and_by_numbers() {
    assert_eq!(granted("D:(A;;GR;;;S-1-5-32-545)"), [Right::Read]);
    assert_eq!(granted("D:(A;;GR;;;bu)"), [Right::Read]);
    assert_eq!(granted(&format!("D:(A;;GR;;;{})", Sid::of_account(1001))), [Right::Read]);
    assert_eq!(granted(&format!("D:(A;;GR;;;{})", Sid::of_account(1002))), []);
    assert_eq!(Sid::parse("S-1-5-32-544"), Ok(Sid::ADMINISTRATORS));
}

#[test]
fn no_list_grants_everything_and_an_empty_list_nothing() {
    assert_eq!(granted("O:BA").len(), 3);
    assert_eq!(granted("D:NO_ACCESS_CONTROL").len(), 3);
    assert_eq!(granted("D:"), []);
    assert_eq!(granted("D:P"), []);
}

#[test]
fn an_entry_that_is_only_for_what_is_inside_decides_nothing() {
    assert_eq!(granted("D:(A;CIIO;GA;;;WD)"), []);
    assert_eq!(granted("D:(A;CI;GR;;;WD)"), [Right::Read]);
}

#[test]
fn white_space_means_nothing() {
    let wrapped = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;ER)S:P(AU;FA;GA;;;WD)(AU;S A;\n   GWGX;;;WD)";
    let text = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;ER)S:P(AU;FA;GA;;;WD)(AU;SA;GWGX;;;WD)";
    assert_eq!(parsed(wrapped).to_string(), text);
}

#[test]
fn what_is_no_descriptor_is_refused_with_what_was_expected() {
    use insta::assert_snapshot;
    assert_snapshot!(refused("D:(OA;;GA;;;BA)"), @"expected an entry of type `A` or `D`, found `OA`");
    assert_snapshot!(refused("D:(A;;GA;;;ZZ)"), @"expected a SID such as `BA` or `S-1-5-32-544`, found `ZZ`");
    assert_snapshot!(refused("D:(A;;GQ;;;BA)"), @"expected rights such as `GA`, `GRGX` or `0x80000000`, found `GQ`");
    assert_snapshot!(refused("D:(A;;0x100000000;;;BA)"), @"expected rights such as `GA`, `GRGX` or `0x80000000`, found `0x100000000`");
    assert_snapshot!(refused("D:(A;XX;GA;;;BA)"), @"unknown flags `XX`");
    assert_snapshot!(refused("D:Q(A;;GA;;;BA)"), @"unknown flags `Q`");
    assert_snapshot!(refused("D:(A;;GA;;;BA"), @"expected an entry such as `(A;;GA;;;BA)`, found `(A;;GA;;;BA`");
    assert_snapshot!(refused("D:(A;;GA;;BA)"), @"expected an entry such as `(A;;GA;;;BA)`, found `A;;GA;;BA`");
    assert_snapshot!(refused("D:(A;;GA;;;BA;x)"), @"expected an entry such as `(A;;GA;;;BA)`, found `A;;GA;;;BA;x`");
    assert_snapshot!(refused("G:BAO:BA"), @"expected `O:`, `G:`, `D:`, `S:` in this order, found `O:BA`");
    assert_snapshot!(refused(""), @"expected `O:`, `G:`, `D:`, `S:` in this order, found ``");
    assert_snapshot!(refused("S:(AU;FA"), @"expected an entry such as `(A;;GA;;;BA)`, found `AU;FA`");
    for text in ["O:S-1-5", "O:S-2-5-1", "O:S-1-5-4294967296", "O:S-1-281474976710656-1", "O:S-1--1", "O:"] {
        assert!(matches!(SecurityDescriptor::parse(text), Err(SddlError::Sid { .. })), "{text}");
    }
}

#[test]
fn a_sid_has_fifteen_sub_authorities_and_not_one_more() {
    assert!(Sid::parse(&format!("S-1-5{}", "-1".repeat(15))).is_ok());
    assert!(Sid::parse(&format!("S-1-5{}", "-1".repeat(16))).is_err());
}

#[test]
fn a_list_has_as_many_entries_as_the_bound_and_not_one_more() {
    let list = |count: usize| SecurityDescriptor::parse(&format!("D:{}", "(A;;GA;;;BA)".repeat(count)));
    assert!(list(SDDL_ACES_MAX).is_ok());
    assert_eq!(list(SDDL_ACES_MAX + 1), Err(SddlError::TooManyAces { aces_max: SDDL_ACES_MAX }));
}

#[test]
fn a_descriptor_is_as_long_as_the_bound_and_not_longer() {
    let padded = |length: usize| SecurityDescriptor::parse(&format!("D:{}", " ".repeat(length - 2)));
    assert!(padded(SDDL_BYTES_MAX).is_ok());
    assert_eq!(padded(SDDL_BYTES_MAX + 1), Err(SddlError::TooLong { bytes_max: SDDL_BYTES_MAX }));
}
