use crate::support::*;

const GONE: Option<u32> = Some(2_150_858_779);

fn enumerate(body: &str) -> Ask {
    Ask::new(&format!("{ENUMERATION}/Enumerate"))
        .uri(SHELL)
        .body(&format!("<n:Enumerate>{body}</n:Enumerate>"))
}

fn pull(context: &str, max: u32) -> Ask {
    Ask::new(&format!("{ENUMERATION}/Pull")).uri(SHELL).body(&format!(
        "<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext><n:MaxElements>{max}</n:MaxElements></n:Pull>"
    ))
}

fn release(context: &str) -> Ask {
    Ask::new(&format!("{ENUMERATION}/Release"))
        .uri(SHELL)
        .body(&format!("<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>"))
}

fn five_shells() -> (World, Client, Vec<String>) {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let ids: Vec<String> = (1..=5).map(|n| format!("11111111-AAAA-BBBB-CCCC-{n:012}")).collect();
    for id in &ids {
        assert_eq!(world.ask(&mut alice, &create(id)).status, 200);
    }
    (world, alice, ids)
}

#[test]
fn shells_come_in_portions_until_the_end_of_the_sequence() {
    let (mut world, mut alice, ids) = five_shells();
    let first = world.ask(&mut alice, &enumerate(""));
    let context = first.text_of("EnumerationContext").unwrap();
    assert_eq!((first.texts("ShellId").len(), first.texts("EndOfSequence").len()), (0, 0));
    let portions = [(2, &ids[..2], 0), (2, &ids[2..4], 0), (2, &ids[4..], 1)];
    for (max, expected, ends) in portions {
        let portion = world.ask(&mut alice, &pull(&context, max));
        assert_eq!(
            (portion.texts("ShellId").as_slice(), portion.texts("EndOfSequence").len()),
            (expected, ends)
        );
    }
    assert_eq!(world.ask(&mut alice, &pull(&context, 1)).code(), GONE);
}

#[test]
fn an_optimised_enumeration_begins_with_the_first_portion() {
    let (mut world, mut alice, ids) = five_shells();
    let some = world.ask(&mut alice, &enumerate("<w:OptimizeEnumeration/><w:MaxElements>3</w:MaxElements>"));
    assert_eq!((some.texts("ShellId").as_slice(), some.texts("EndOfSequence").len()), (&ids[..3], 0));
    let one = world.ask(&mut alice, &enumerate("<w:OptimizeEnumeration/>"));
    assert_eq!(one.texts("ShellId"), ids[..1]);
    let all = world.ask(&mut alice, &enumerate("<w:OptimizeEnumeration/><w:MaxElements>50</w:MaxElements>"));
    assert_eq!((all.texts("ShellId"), all.texts("EndOfSequence").len()), (ids, 1));
    assert_eq!(all.texts("EnumerationContext"), [""]);
}

#[test]
fn a_context_is_gone_after_release_or_a_minute_without_pull() {
    let (mut world, mut alice, _) = five_shells();
    let begin = |world: &mut World, alice: &mut Client| {
        world.ask(alice, &enumerate("")).text_of("EnumerationContext").unwrap()
    };
    let released = begin(&mut world, &mut alice);
    assert_eq!(world.ask(&mut alice, &release(&released)).status, 200);
    assert_eq!(world.ask(&mut alice, &release(&released)).code(), GONE);
    let expiring = begin(&mut world, &mut alice);
    world.pair.advance(59_999);
    assert_eq!(world.ask(&mut alice, &pull(&expiring, 1)).status, 200);
    world.pair.advance(59_999);
    assert_eq!(world.ask(&mut alice, &pull(&expiring, 1)).status, 200);
    world.pair.advance(60_000);
    assert_eq!(world.ask(&mut alice, &pull(&expiring, 1)).code(), GONE);
}

#[test]
fn a_context_is_its_users() {
    let (mut world, mut alice, _) = five_shells();
    let mut bob = world.log_on("bob");
    let context = world.ask(&mut alice, &enumerate("")).text_of("EnumerationContext").unwrap();
    assert_eq!(world.ask(&mut bob, &pull(&context, 1)).code(), GONE);
    assert_eq!(world.ask(&mut bob, &release(&context)).code(), GONE);
    assert_eq!(world.ask(&mut alice, &pull(&context, 1)).status, 200);
}

#[test]
fn a_user_has_a_hundred_enumerations_and_not_one_more() {
    let (mut world, mut alice, _) = five_shells();
    for _ in 0..100 {
        assert_eq!(world.ask(&mut alice, &enumerate("")).status, 200);
    }
    assert_eq!(world.ask(&mut alice, &enumerate("")).subcode(), "QuotaLimit");
    world.pair.advance(60_000);
    assert_eq!(world.ask(&mut alice, &enumerate("")).status, 200);
}
