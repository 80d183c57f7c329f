use crate::limits::XPATH_BYTES_MAX;
use crate::limits::XPATH_DEPTH_MAX;
use crate::limits::XPATH_STEPS_MAX;
use crate::wsman::xpath::Selected;
use crate::wsman::xpath::XPath;
use crate::wsman::xpath::XPathError;
use crate::xml::Document;

const SERVICES: &str = r#"<p:List xmlns:p="urn:p" xmlns:q="urn:q" xml:lang="en" version="2">
<p:Service Id="1"><p:Name>Spooler</p:Name><q:Name>Druck</q:Name><p:Pid>1200</p:Pid></p:Service>
<p:Service Id="2" q:Id="two"><p:Name>W3SVC</p:Name><p:Pid> 7.50 </p:Pid><p:Pid>8</p:Pid></p:Service>
<p:Service><p:Name/><p:Pid>none</p:Pid><p:Needs><p:Name>RPC<!-- and --> SS</p:Name></p:Needs></p:Service>
</p:List>"#;

fn namespaces() -> Vec<(String, String)> {
    [("p", "urn:p"), ("z", "urn:q")].map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).to_vec()
}

/// What the expression selects of [`SERVICES`]: the names of elements, `@name=value`, and text in quotes.
fn selected(expression: &str) -> String {
    let document = Document::parse(SERVICES.as_bytes()).unwrap();
    let path = XPath::parse(expression, &namespaces()).unwrap();
    shown(&path.select(document.root()))
}

fn shown(selected: &[Selected<'_>]) -> String {
    let show = |selected: &Selected<'_>| match selected {
        Selected::Element(element) => {
            format!("{}:{}", element.prefix(), element.local())
        }
        Selected::Text(_) => format!("'{}'", selected.value()),
        Selected::Attribute(_, attribute) => format!("@{}={}", attribute.local, attribute.value),
    };
    selected.iter().map(show).collect::<Vec<_>>().join(" ")
}

fn check(expression: &str, expected: &str) {
    assert_eq!(selected(expression), expected, "{expression}");
}

fn refused(expression: &str) -> XPathError {
    XPath::parse(expression, &namespaces()).expect_err(expression)
}

fn unsupported(expression: &str) -> &'static str {
    match refused(expression) {
        XPathError::Unsupported { what, .. } => what,
        other => panic!("{expression}: {other:?}"),
    }
}

#[test]
fn paths_start_at_the_document_element_or_above_it() {
    check(".", "p:List");
    check("/", "p:List");
    check("/List", "p:List");
    check("/p:List/.", "p:List");
    check("List", "");
    check("./Service/./Name", "p:Name q:Name p:Name p:Name");
    check("/Service", "");
    check(" Service / Needs ", "p:Needs");
}

#[test]
fn a_query_of_events_starts_above_the_document_element() {
    let document = Document::parse(SERVICES.as_bytes()).unwrap();
    let matches = |text| XPath::parse(text, &[]).unwrap().is_match_from_above(document.root());
    assert!(matches("*[Service[Pid=8]]"));
    assert!(matches("List/Service[Pid=8 and Name]"));
    assert!(!matches("*[Service[Pid=9]]"));
    assert!(!matches("Service"));
}

#[test]
fn a_name_without_prefix_fits_any_namespace_and_one_with_prefix_its_own() {
    check("Service/p:Name", "p:Name p:Name p:Name");
    check("Service/z:Name", "q:Name");
    check("Service/z:*", "q:Name");
    check("Service/*", "p:Name q:Name p:Pid p:Name p:Pid p:Pid p:Name p:Pid p:Needs");
    check("Service/name", "");
    check("Service/@Id", "@Id=1 @Id=2 @Id=two");
    check("Service/@z:Id", "@Id=two");
    check("@*", "@lang=en @version=2");
    check("@xml:lang", "@lang=en");
}

#[test]
fn a_prefix_that_stands_for_nothing_is_refused() {
    let prefix = "q".to_owned();
    assert_eq!(refused("Service/q:Name"), XPathError::UnboundPrefix { prefix, offset: 8 });
}

#[test]
fn positions_count_among_the_siblings_that_the_step_selected() {
    check("Service[2]/Name/text()", "'W3SVC'");
    check("Service/Name[1]/text()", "'Spooler' 'W3SVC'");
    check("Service/Pid[2]", "p:Pid");
    check("Service[0]", "");
    check("Service[4]", "");
    check("Service[99999999999999999999999999]", "");
    check("Service[Pid=8][1]/@z:Id", "@Id=two");
    check("Service[1][Pid=8]", "");
}

#[test]
fn text_is_what_stands_directly_in_an_element() {
    check("Service/Needs/Name/text()", "'RPC SS'");
    check("Service[3]/Name/text()", "");
    check("Service[3]/Needs/text()", "");
}

#[test]
fn a_text_compares_as_text_and_a_number_as_a_number() {
    check("Service[Pid=\"1200\"]/@Id", "@Id=1");
    check("Service[Pid=1200.0]/@Id", "@Id=1");
    check("Service[Pid=\"1200.0\"]/@Id", "");
    check("Service[Pid=7.5]/@z:Id", "@Id=two");
    check("Service[Pid=.0]", "");
    check("Service[Pid>-1]/@p:Id", "");
    check("Service[Pid > -1]/Name[1]/text()", "'Spooler' 'W3SVC'");
    check("Service[8 < Pid]/@Id", "@Id=1");
    check("Service[8 <= Pid]/@z:Id", "@Id=two");
    check("Service['8' >= Pid]/@z:Id", "@Id=two");
    check("Service[Name='W3SVC']/@z:Id", "@Id=two");
    check("Service[Name!='W3SVC']/@Id", "@Id=1");
    check("Service[Needs='RPC SS']/Pid", "p:Pid");
    check("Service[Name/text()='Spooler']/@Id", "@Id=1");
    check("Service[@Id=2]/@z:Id", "@Id=two");
    check("Service[@Id!=2]/@Id", "@Id=1 @Id=2 @Id=two");
}

#[test]
fn what_is_no_number_only_differs_from_numbers() {
    check("Service[Pid!=1200 and Needs]/Pid", "p:Pid");
    check("Service[Needs and Pid<1]", "");
    check("Service[Needs and not(Pid<1)]/Pid", "p:Pid");
}

#[test]
fn only_digits_with_a_point_and_a_minus_are_numbers() {
    let document =
        Document::parse(b"<a><b>1e1</b><b>inf</b><b>+1</b><b>1.2.3</b><b>- 1</b><b>.</b></a>").unwrap();
    let count = |text| XPath::parse(text, &[]).unwrap().select(document.root()).len();
    assert_eq!(count("b[. > -9 or . <= 9]"), 0);
    assert_eq!(count("b[. != 10]"), 6);
    assert_eq!(count("b[. = '1e1']"), 1);
}

#[test]
fn and_binds_more_than_or_and_parentheses_more_than_both() {
    check("Service[Needs or Name='W3SVC' and @Id=1]/Needs", "p:Needs");
    check("Service[(Needs or Name='Spooler') and @Id=1]/@Id", "@Id=1");
    check("Service[not(@Id)]/Needs", "p:Needs");
    check("Service[not(not(@Id = 1))]/@Id", "@Id=1");
    check("Service[Needs[Name] or Pid[2]]/Pid[1]/text()", "' 7.50 ' 'none'");
}

#[test]
fn operators_are_names_where_a_name_stands() {
    let document = Document::parse(b"<a><and><or>1</or></and><not/><text/></a>").unwrap();
    let count = |text| XPath::parse(text, &[]).unwrap().select(document.root()).len();
    assert_eq!(count("and[or and or]"), 1);
    assert_eq!(count("and/or[.=1 or .=2]"), 1);
    assert_eq!(count("and[not(not)]"), 1);
    assert_eq!(count("text"), 1);
    assert_eq!(count("/a[not and text]"), 1);
}

#[test]
fn what_the_levels_leave_out_is_named() {
    assert_eq!(unsupported("//Service"), "step `//`");
    assert_eq!(unsupported("Service//Name"), "step `//`");
    assert_eq!(unsupported("Service/.."), "step `..`");
    assert_eq!(unsupported("child::Service"), "axis");
    assert_eq!(unsupported("Service | Name"), "union");
    assert_eq!(unsupported("Service[Pid = $pid]"), "variable");
    assert_eq!(unsupported("Service[Pid + 1 = 2]"), "arithmetic");
    assert_eq!(unsupported("count(Service)"), "function or node type");
    assert_eq!(unsupported("Service[last()]"), "function or node type");
    assert_eq!(unsupported("Service/node()"), "function or node type");
    assert_eq!(unsupported("Service[Pid = Name]"), "comparison of two paths");
    assert_eq!(unsupported("Service['a' = 'a']"), "comparison of two constants");
    assert_eq!(unsupported("Service[1 = 1]"), "comparison of two constants");
    assert_eq!(unsupported("Service[/List]"), "absolute path in brackets");
    assert_eq!(unsupported("Service = 1"), "comparison outside brackets");
    assert_eq!(unsupported("Service/text()/Name"), "step below an attribute or a text");
    assert_eq!(unsupported("@version/Name"), "step below an attribute or a text");
}

#[test]
fn what_is_no_expression_is_refused_with_its_place() {
    let at = |expression| match refused(expression) {
        XPathError::Unexpected { offset, .. } => offset,
        other => panic!("{expression}: {other:?}"),
    };
    assert_eq!(at(""), 0);
    assert_eq!(at("  "), 2);
    assert_eq!(at("Service/"), 8);
    assert_eq!(at("Service["), 8);
    assert_eq!(at("Service[]"), 8);
    assert_eq!(at("Service[1"), 9);
    assert_eq!(at("Service[1.5]"), 11);
    assert_eq!(at("Service['a']"), 11);
    assert_eq!(at("Service[Name='a]"), 13);
    assert_eq!(at("Service[Name='a'"), 16);
    assert_eq!(at("Service[(Name]"), 13);
    assert_eq!(at("Service[not(Name]"), 16);
    assert_eq!(at("Service]"), 7);
    assert_eq!(at("Service Name"), 8);
    assert_eq!(at("p:"), 2);
    assert_eq!(at("p:1"), 2);
    assert_eq!(at("@"), 1);
    assert_eq!(at(".[1]"), 1);
    assert_eq!(at("text(1)"), 5);
    assert_eq!(at("Service[Name=]"), 13);
    assert_eq!(at("Service[Pid ! 1]"), 12);
    assert_eq!(at("Sérvice#"), 8);
}

#[test]
fn an_expression_of_the_longest_length_is_read_and_no_longer_one() {
    let longest = "a".repeat(XPATH_BYTES_MAX);
    assert!(XPath::parse(&longest, &[]).is_ok());
    let too_long = XPathError::TooMany { what: "octets", max: XPATH_BYTES_MAX, offset: XPATH_BYTES_MAX };
    assert_eq!(XPath::parse(&format!("{longest}a"), &[]), Err(too_long));
}

#[test]
fn an_expression_of_the_most_steps_is_read_and_no_more() {
    let steps = |count| vec!["a"; count].join("/");
    assert!(XPath::parse(&steps(XPATH_STEPS_MAX), &[]).is_ok());
    let error = XPath::parse(&steps(XPATH_STEPS_MAX + 1), &[]);
    assert!(matches!(error, Err(XPathError::TooMany { what: "steps", .. })), "{error:?}");
    let predicates = |count| format!("a{}", "[1]".repeat(count));
    assert!(XPath::parse(&predicates((XPATH_STEPS_MAX - 1) / 2), &[]).is_ok());
    assert!(XPath::parse(&predicates(XPATH_STEPS_MAX), &[]).is_err());
}

#[test]
fn an_expression_of_the_greatest_depth_is_read_and_no_deeper_one() {
    let nested =
        |open: &str, close: &str, count| format!("a[b{}{}]", open.repeat(count), close.repeat(count));
    assert!(XPath::parse(&nested("[b", "]", XPATH_DEPTH_MAX - 1), &[]).is_ok());
    let deep = XPath::parse(&nested("[b", "]", XPATH_DEPTH_MAX), &[]);
    let what = "brackets inside brackets";
    assert!(matches!(deep, Err(XPathError::TooMany { what: found, .. }) if found == what), "{deep:?}");
    let parentheses = |count| format!("a[{}b{}]", "(".repeat(count), ")".repeat(count));
    assert!(XPath::parse(&parentheses(XPATH_DEPTH_MAX - 1), &[]).is_ok());
    assert!(XPath::parse(&parentheses(XPATH_DEPTH_MAX), &[]).is_err());
    assert!(XPath::parse(&format!("a[{}b{}]", "not(".repeat(9), ")".repeat(9)), &[]).is_err());
    let wide = format!("a[b{}]", "[b]".repeat(XPATH_DEPTH_MAX + 1));
    assert!(XPath::parse(&wide, &[]).is_ok(), "depth is not width");
}
