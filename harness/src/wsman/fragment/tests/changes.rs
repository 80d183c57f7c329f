use crate::soap::Opaque;
use crate::wsman::fragment;
use crate::wsman::fragment::FragmentError;
use crate::wsman::fragment::XmlFragment;
use crate::wsman::xpath::XPath;
use crate::xml::Document;
use crate::xml::Element;
use crate::xml::Writer;

const SERVICE: &str = r#"<p:Service xmlns:p="urn:p" xmlns:xsi="urn:i" Start="auto" xsi:type="p:Type"><p:Name>A &amp; B</p:Name><p:State/><p:Dep>x</p:Dep><p:Dep>y</p:Dep><p:Path><p:Dep>z</p:Dep></p:Path></p:Service>"#;

type Change = fn(Element<'_>, &XPath, &XmlFragment) -> Result<Opaque, FragmentError>;

fn change(change: Change, path: &str, content: &str) -> Result<String, FragmentError> {
    let document = Document::parse(SERVICE.as_bytes()).unwrap();
    let text = format!(
        "<w:XmlFragment xmlns:w='{}' xmlns:p='urn:p'>{content}</w:XmlFragment>",
        crate::wsman::NAMESPACE.uri
    );
    let fragment: XmlFragment = Document::parse(text.as_bytes()).unwrap().root().read().unwrap();
    change(document.root(), &XPath::parse(path, &[]).unwrap(), &fragment).map(|changed| {
        let mut writer = Writer::new();
        writer.copy(changed.element());
        writer.finish()
    })
}

/// [`SERVICE`] with one text in place of another.
fn with(old: &str, new: &str) -> Result<String, FragmentError> {
    assert!(SERVICE.contains(old), "{old}");
    Ok(SERVICE.replacen(old, new, 1))
}

/// Compares infosets: prefixes and declarations don't count.
#[expect(clippy::needless_pass_by_value, reason = "a test reads better without `&` on every line")]
fn check(found: Result<String, FragmentError>, expected: Result<String, FragmentError>) {
    match (&found, &expected) {
        (Ok(found), Ok(expected)) => assert_eq!(
            Document::parse(found.as_bytes()).unwrap(),
            Document::parse(expected.as_bytes()).unwrap(),
            "{found}"
        ),
        _ => assert_eq!(found, expected),
    }
}

fn put(path: &str, content: &str) -> Result<String, FragmentError> {
    change(fragment::replaced, path, content)
}

fn create(path: &str, content: &str) -> Result<String, FragmentError> {
    change(fragment::inserted, path, content)
}

fn delete(path: &str) -> Result<String, FragmentError> {
    change(|root, path, _| fragment::removed(root, path), path, "")
}

const WRONG: fn(&'static str) -> Result<String, FragmentError> =
    |expected| Err(FragmentError::WrongContent { expected });

#[test]
fn put_replaces_an_element_a_text_and_an_attribute() {
    check(put("Name", "<p:Name>C</p:Name>"), with("A &amp; B", "C"));
    check(put("Name/text()", "1 &lt; 2"), with("A &amp; B", "1 &lt; 2"));
    check(put("State/text()", "Running"), with("<p:State/>", "<p:State>Running</p:State>"));
    check(put("State/text()", ""), with("<p:State/>", "<p:State/>"));
    check(put("@Start", "manual"), with("\"auto\"", "\"manual\""));
    check(put("@type", "p:Other"), with("p:Type", "p:Other"));
    check(put("Dep[2]", "<p:Dep>w</p:Dep>"), with(">y<", ">w<"));
    check(put("Path/Dep", "<p:Dep/>"), with("<p:Dep>z</p:Dep>", "<p:Dep/>"));
}

#[test]
fn what_gets_a_text_is_no_longer_nil() {
    let nil = b"<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><b xsi:nil='true' k=''/></a>";
    let document = Document::parse(nil).unwrap();
    let path = XPath::parse("b/text()", &[]).unwrap();
    let changed = fragment::replaced(document.root(), &path, &XmlFragment::Text("1".to_owned())).unwrap();
    let expected = Document::parse(b"<a><b k=''>1</b></a>").unwrap();
    assert!(changed.element().is_same_infoset(expected.root()));
}

#[test]
fn put_replaces_an_array_at_once() {
    let array = "<p:Dep>x</p:Dep><p:Dep>y</p:Dep>";
    let longer = "<p:Dep>1</p:Dep><p:Dep>2</p:Dep><p:Dep>3</p:Dep>";
    check(put("Dep", longer), with(array, longer));
    check(put("Dep", "<p:Dep>1</p:Dep>"), with(array, "<p:Dep>1</p:Dep>"));
}

#[test]
fn put_replaces_all_of_the_representation_by_one_of_its_name() {
    check(put(".", "<p:Service/>"), Ok("<p:Service xmlns:p='urn:p'/>".to_owned()));
    check(put("/", "<p:Service><p:Name/></p:Service>"), {
        Ok("<p:Service xmlns:p='urn:p'><p:Name/></p:Service>".to_owned())
    });
    check(put("/", "<p:Service/><p:Service/>"), Err(FragmentError::WholeRepresentation));
    check(delete("."), Err(FragmentError::WholeRepresentation));
}

#[test]
fn put_of_another_kind_or_name_is_refused() {
    check(put("Name", "C"), WRONG("elements"));
    check(put("Name", ""), WRONG("elements"));
    check(put("Name", "<p:Title>C</p:Title>"), WRONG("elements of the name that they replace"));
    check(put("Name", "<Name xmlns=''>C</Name>"), WRONG("elements of the name that they replace"));
    check(put("Name/text()", "<p:Name/>"), WRONG("a text"));
    check(put("@Start", "<p:Start/>"), WRONG("a text"));
}

#[test]
fn put_to_nothing_or_to_several_places_is_refused() {
    check(put("Title", "<p:Title/>"), Err(FragmentError::NoMatch));
    check(put("Title/text()", "x"), Err(FragmentError::NoMatch));
    check(put("@End", "x"), Err(FragmentError::NoMatch));
    check(put("Dep/text()", "x"), Err(FragmentError::Ambiguous { found: 2 }));
    check(put("@*", "x"), Err(FragmentError::Ambiguous { found: 2 }));
    check(put("*", "<p:Name/>"), Err(FragmentError::Ambiguous { found: 5 }));
}

#[test]
fn create_adds_what_is_not_there() {
    let end = "</p:Service>";
    check(create("Title", "<p:Title>T</p:Title>"), with(end, "<p:Title>T</p:Title></p:Service>"));
    check(create("Path/Title[1]", "<p:Title/>"), with("</p:Path>", "<p:Title/></p:Path>"));
    check(create("State/text()", "up"), with("<p:State/>", "<p:State>up</p:State>"));
    check(create("Name/@Key", "1 \"2\""), with("<p:Name>", "<p:Name Key='1 \"2\"'>"));
}

#[test]
fn create_with_a_position_puts_it_there() {
    let new = "<p:Dep>new</p:Dep>";
    check(create("Dep[1]", new), with("<p:Dep>x", "<p:Dep>new</p:Dep><p:Dep>x"));
    check(create("Dep[2]", new), with("<p:Dep>y", "<p:Dep>new</p:Dep><p:Dep>y"));
    check(create("Dep[3]", new), with("<p:Path>", "<p:Dep>new</p:Dep><p:Path>"));
    check(create("Path/Dep[2]", new), with("</p:Path>", "<p:Dep>new</p:Dep></p:Path>"));
    check(create("Dep[4]", new), Err(FragmentError::NoMatch));
    check(create("Dep[0]", new), Err(FragmentError::NoMatch));
}

#[test]
fn create_never_changes_what_is_there() {
    check(create("Name", "<p:Name/>"), Err(FragmentError::AlreadyExists));
    check(create("Name/text()", "x"), Err(FragmentError::AlreadyExists));
    check(create("@Start", "x"), Err(FragmentError::AlreadyExists));
}

#[test]
fn create_of_no_particular_place_is_refused() {
    check(create(".", "<p:Service/>"), Err(FragmentError::NoPlace));
    check(create("@*", "x"), Err(FragmentError::NoPlace));
    check(create("Title[Name]", "<p:Title/>"), Err(FragmentError::NoPlace));
    check(create("Nobody/Title", "<p:Title/>"), Err(FragmentError::NoMatch));
    check(create("Dep/Title", "<p:Title/>"), Err(FragmentError::Ambiguous { found: 2 }));
    check(create("Title", "T"), WRONG("elements"));
    check(create("Title", "<p:Other/>"), WRONG("elements of the name in the expression"));
}

#[test]
fn delete_removes_elements_texts_and_attributes() {
    check(delete("Name"), with("<p:Name>A &amp; B</p:Name>", ""));
    check(delete("Dep"), with("<p:Dep>x</p:Dep><p:Dep>y</p:Dep>", ""));
    check(delete("Dep[1]"), with("<p:Dep>x</p:Dep>", ""));
    check(delete("Name/text()"), with("A &amp; B", ""));
    check(delete("@Start"), with(" Start=\"auto\"", ""));
    check(delete("@*"), with(" Start=\"auto\" xsi:type=\"p:Type\"", ""));
    check(delete("Title"), Err(FragmentError::NoMatch));
}

#[test]
fn an_element_that_moves_keeps_what_its_prefixes_mean() {
    let path = XPath::parse("Title", &[]).unwrap();
    let text = format!(
        "<w:XmlFragment xmlns:w='{}' xmlns:p='urn:other'><p:Title q='p:x'/></w:XmlFragment>",
        crate::wsman::NAMESPACE.uri
    );
    let fragment: XmlFragment = Document::parse(text.as_bytes()).unwrap().root().read().unwrap();
    let document = Document::parse(SERVICE.as_bytes()).unwrap();
    let changed = fragment::inserted(document.root(), &path, &fragment).unwrap();
    let title = changed.element().children().last().unwrap();
    assert_eq!((title.namespace(), title.resolve_prefix("p")), ("urn:other", Some("urn:other")));
}
