use crate::support::*;

#[test]
fn a_header_that_is_not_understood_is_named() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let block = "<q:Unknown xmlns:q=\"urn:q\" s:mustUnderstand=\"1\"/>";
    let answer = world.ask(&mut alice, &create_with("", "").block("x", block));
    let names = answer.attribute("NotUnderstood", "qname");
    assert!(names.len() == 1 && names[0].ends_with(":Unknown"), "{}", answer.text);
    for ignorable in
        ["<q:Unknown xmlns:q=\"urn:q\"/>", "<q:Unknown xmlns:q=\"urn:q\" s:mustUnderstand=\"0\"/>"]
    {
        assert_eq!(world.ask(&mut alice, &create_with("", "").block("x", ignorable)).status, 200);
    }
}

#[test]
fn soap_1_1_is_a_version_mismatch_that_names_the_right_version() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let envelope = create_with("", "")
        .text()
        .replace("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/");
    let request = alice.session.request(&envelope).unwrap();
    let response = world.exchange(alice.id, &request);
    let opened = alice.session.open(&response).unwrap();
    let text = String::from_utf8(opened.envelope).unwrap();
    assert!(text.contains("VersionMismatch") && text.contains("SupportedEnvelope"), "{text}");
}

#[test]
fn a_fault_relates_to_its_request_as_soon_as_that_could_be_read() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let answer = world.ask(&mut alice, &create_with("", "").timeout("P"));
    assert_eq!(answer.texts("RelatesTo"), ["uuid:00000000-0000-0000-0000-0000000000AA"]);
    let answer = world.ask(&mut alice, &create_with("", "").block("MessageID", ""));
    assert_eq!(answer.texts("RelatesTo"), Vec::<String>::new());
    assert_eq!(answer.attribute("WSManFault", "Machine"), ["REFERENCE"]);
}
