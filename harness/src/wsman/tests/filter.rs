use crate::wsman::filter::Expression;
use crate::wsman::filter::ExpressionError;
use crate::wsman::filter::Filter;
use crate::wsman::filter::SELECTOR_FILTER;
use crate::wsman::filter::SelectorFilter;
use crate::wsman::xpath;
use crate::xml::Document;

fn read(inside: &str) -> Filter {
    let text = format!(
        r#"<w:Filter xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
        xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:q="urn:q">{inside}</w:Filter>"#
    );
    Document::parse(text.as_bytes()).unwrap().root().read().unwrap()
}

#[test]
fn a_filter_is_text_or_one_element() {
    let error = |inside: &str| read(inside).expression().unwrap_err();
    assert!(matches!(read(" a b\n").expression(), Ok(Expression::Text("a b"))));
    assert!(matches!(read(" <q:a/>\n").expression(), Ok(Expression::Element(child)) if child.local() == "a"));
    assert_eq!(error("text <q:a/>"), ExpressionError::Mixed);
    assert_eq!(error("<q:a/> text"), ExpressionError::Mixed);
    assert_eq!(error("<q:a/><q:b/>"), ExpressionError::Siblings);
    assert_eq!(error(" "), ExpressionError::Empty);
    assert_eq!(read("x").dialect(), xpath::XPATH);
    assert!(read("x").namespaces().contains(&("q".to_owned(), "urn:q".to_owned())));
}

fn selectors(inside: &str) -> Result<SelectorFilter, String> {
    let filter = read(&format!("<w:SelectorSet>{inside}</w:SelectorSet>"));
    let Ok(Expression::Element(set)) = filter.expression() else { panic!("{filter:?}") };
    SelectorFilter::read(set).map_err(|error| error.to_string())
}

#[test]
fn selectors_choose_by_all_their_values_without_case() {
    let of = |inside: &str| {
        let service = r#"<p:S xmlns:p="urn:p"><p:StartMode>Auto</p:StartMode><p:State>Stopped</p:State>
            <p:List>1</p:List><p:List>2</p:List><p:When><p:Datetime>3</p:Datetime></p:When></p:S>"#;
        let document = Document::parse(service.as_bytes()).unwrap();
        selectors(inside).unwrap().is_match(document.root()).map_err(|error| error.to_string())
    };
    let auto = r#"<w:Selector Name="startmode">AUTO</w:Selector>"#;
    assert_eq!(of(auto), Ok(true));
    assert_eq!(of(&format!(r#"{auto}<w:Selector Name="State">Stopped</w:Selector>"#)), Ok(true));
    assert_eq!(of(&format!(r#"{auto}<w:Selector Name="State">Running</w:Selector>"#)), Ok(false));
    assert_eq!(of(r#"<w:Selector Name="Missing">x</w:Selector>"#), Ok(false));
    for property in ["List", "When"] {
        let error = of(&format!(r#"<w:Selector Name="{property}">1</w:Selector>"#)).unwrap_err();
        assert!(error.contains(&format!("selector `{property}`")), "{error}");
    }
}

#[test]
fn selectors_that_can_not_be_compared_are_refused() {
    let one = r#"<w:Selector Name="a">1</w:Selector>"#;
    let twice = selectors(&format!(r#"{one}<w:Selector Name="A">2</w:Selector>"#));
    assert_eq!(twice.unwrap_err(), "expected one selector `A`, found more");
    for quote in ["'", "&quot;"] {
        let quoted = selectors(&format!(r#"<w:Selector Name="a">{quote}</w:Selector>"#));
        assert_eq!(quoted.unwrap_err(), "expected no quotation mark in selector `a`, found one");
    }
    let reference = r#"<w:Selector Name="a"><a:EndpointReference><a:Address>x</a:Address></a:EndpointReference></w:Selector>"#;
    assert_eq!(selectors(reference).unwrap_err(), "expected text as selector `a`, found a reference");
    let other = read("<q:SelectorSet/>");
    let Ok(Expression::Element(set)) = other.expression() else { panic!("{other:?}") };
    assert!(SelectorFilter::read(set).is_err());
    assert_eq!(Filter::of_text(SELECTOR_FILTER, "x").unwrap().dialect(), SELECTOR_FILTER);
}
