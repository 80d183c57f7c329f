use crate::soap::text_newtype;
use crate::wsman::ResourceUri;

const WMI: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/";
const CIM_SCHEMA: &str = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/";
const ALL_DMTF: &str = "http://schemas.dmtf.org/wbem/wscim/1/*";

text_newtype! {
    /// [DSP0227 6.1] The name of a CIM class, or `*` for all of them.
    ///
    /// [DSP0227 6.1]: https://www.dmtf.org/standards/wsman
    ClassName
}

impl ClassName {
    /// Every class of a namespace.
    pub const ALL: &'static str = "*";

    /// Whether it stands for every class.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.as_str() == Self::ALL
    }
}

/// [MS-WSMV 3.1.4.1.1] Which of the two ways of naming a class a URI takes.
///
/// [MS-WSMV 3.1.4.1.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// `wmi/<namespace>/<class>`: any class of WMI.
    Wmi,
    /// `cim-schema/2/<class>`: the namespace is in the selector `__cimnamespace`.
    CimSchema,
}

/// [MS-WSMV 3.1.4.1.1] A resource URI that names a CIM class.
///
/// [MS-WSMV 3.1.4.1.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassUri {
    /// How it is named.
    pub binding: Binding,
    /// The CIM namespace, its segments separated by `/`; only the WMI form tells it.
    pub namespace: Option<String>,
    /// The class.
    pub class: ClassName,
}

impl ClassUri {
    /// A class by the name that WMI has for it.
    #[must_use]
    pub fn wmi(namespace: &str, class: &str) -> Self {
        Self { binding: Binding::Wmi, namespace: Some(namespace.to_owned()), class: ClassName::new(class) }
    }

    /// A class by the name that the DMTF has for it.
    #[must_use]
    pub fn cim_schema(class: &str) -> Self {
        Self { binding: Binding::CimSchema, namespace: None, class: ClassName::new(class) }
    }

    /// The class that `uri` names; `None` when it is no URI of a class. Prefixes are compared whatever their case, as
    /// Windows does.
    #[must_use]
    pub fn parse(uri: &ResourceUri) -> Option<Self> {
        let text = uri.as_str();
        if text.eq_ignore_ascii_case(ALL_DMTF) {
            return Some(Self::cim_schema(ClassName::ALL));
        }
        if let Some(class) = without_prefix(text, CIM_SCHEMA) {
            return is_class(class).then(|| Self::cim_schema(class));
        }
        let (namespace, class) = without_prefix(text, WMI)?.rsplit_once('/')?;
        let is_namespace = namespace.split('/').all(|segment| !segment.is_empty());
        (is_namespace && is_class(class)).then(|| Self::wmi(namespace, class))
    }

    /// The URI, which is also the XML namespace of the class and the start of the actions of its methods.
    #[must_use]
    pub fn to_uri(&self) -> ResourceUri {
        let (prefix, namespace) = match (self.binding, &self.namespace) {
            (Binding::Wmi, Some(namespace)) => (WMI, namespace.as_str()),
            _ => (CIM_SCHEMA, ""),
        };
        let separator = if namespace.is_empty() { "" } else { "/" };
        ResourceUri::new(&[prefix, namespace, separator, self.class.as_str()].concat())
    }
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn is_class(name: &str) -> bool {
    let is_identifier = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    !name.is_empty() && (name == ClassName::ALL || is_identifier(name))
}

/// Whether two spellings name the same CIM namespace: their separators and their case don't count.
#[must_use]
pub fn is_same_namespace(one: &str, other: &str) -> bool {
    let segments = |text: &str| text.to_ascii_lowercase().replace('\\', "/");
    segments(one) == segments(other)
}

#[cfg(test)]
mod tests {
    use crate::wsman::ResourceUri;
    use crate::wsman::cim::Binding;
    use crate::wsman::cim::ClassUri;
    use crate::wsman::cim::is_same_namespace;

    fn parse(uri: &str) -> Option<(Binding, Option<String>, String)> {
        let class = ClassUri::parse(&ResourceUri::new(uri))?;
        Some((class.binding, class.namespace, class.class.to_string()))
    }

    #[test]
    fn a_class_is_named_with_its_namespace_or_by_the_dmtf() {
        let wmi = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service";
        let found = Some((Binding::Wmi, Some("root/cimv2".to_owned()), "Win32_Service".to_owned()));
        assert_eq!(parse(wmi), found);
        let dmtf = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_Service";
        assert_eq!(parse(dmtf), Some((Binding::CimSchema, None, "CIM_Service".to_owned())));
        for uri in [wmi, dmtf] {
            assert_eq!(ClassUri::parse(&ResourceUri::new(uri)).unwrap().to_uri(), uri);
            assert_eq!(parse(&uri.replace("http://schemas", "HTTP://Schemas")), parse(uri));
        }
    }

    #[test]
    fn a_star_is_every_class() {
        for uri in [
            "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*",
            "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/*",
            "http://schemas.dmtf.org/wbem/wscim/1/*",
        ] {
            assert!(ClassUri::parse(&ResourceUri::new(uri)).unwrap().class.is_all(), "{uri}");
        }
    }

    #[test]
    fn a_uri_without_class_or_with_an_impossible_one_is_none() {
        for uri in [
            "http://schemas.microsoft.com/wbem/wsman/1/wmi/",
            "http://schemas.microsoft.com/wbem/wsman/1/wmi/Win32_Service",
            "http://schemas.microsoft.com/wbem/wsman/1/wmi//Win32_Service",
            "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/",
            "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/a b",
            "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/",
            "http://schemas.microsoft.com/wbem/wsman/1/config",
        ] {
            assert_eq!(parse(uri), None, "{uri}");
        }
    }

    #[test]
    fn namespaces_are_the_same_whatever_their_separator_and_case() {
        assert!(is_same_namespace(r"ROOT\cimv2", "root/CIMV2"));
        assert!(!is_same_namespace("root/cimv2", "root/hardware"));
    }
}
