/// The prefixes that every pattern and path knows, and that `{{ns}}` declares.
pub const PREFIXES: &[(&str, &str)] = &[
    ("s", "http://www.w3.org/2003/05/soap-envelope"),
    ("a", "http://schemas.xmlsoap.org/ws/2004/08/addressing"),
    ("w", "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"),
    ("x", "http://schemas.xmlsoap.org/ws/2004/09/transfer"),
    ("n", "http://schemas.xmlsoap.org/ws/2004/09/enumeration"),
    ("e", "http://schemas.xmlsoap.org/ws/2004/08/eventing"),
    ("rsp", "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"),
    ("f", "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"),
    ("p", "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"),
    ("wsmid", "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"),
    ("xml", "http://www.w3.org/XML/1998/namespace"),
];

/// The namespace of a standard prefix.
pub fn namespace(prefix: &str) -> Option<&'static str> {
    PREFIXES.iter().find(|(name, _)| *name == prefix).map(|(_, uri)| *uri)
}

/// What `{{ns}}` stands for: the declarations of all standard prefixes but `xml`, which XML declares itself.
pub fn declarations() -> String {
    let declared = PREFIXES.iter().filter(|(prefix, _)| *prefix != "xml");
    declared.map(|(prefix, uri)| format!("xmlns:{prefix}=\"{uri}\"")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prefix_is_declared_once_and_xml_never() {
        let declarations = declarations();
        assert_eq!(declarations.matches("xmlns:").count(), PREFIXES.len() - 1);
        assert!(!declarations.contains("xmlns:xml="));
        assert_eq!(namespace("rsp"), Some("http://schemas.microsoft.com/wbem/wsman/1/windows/shell"));
        assert_eq!(namespace("q"), None);
    }
}
