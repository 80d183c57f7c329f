//! What WMI tells when something is not there.

use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::resources::cim::CLASSES;
use crate::server::resources::cim::Cim;
use crate::server::resources::cim::Result;
use crate::server::resources::cim::schema::Class;
use crate::wsman;
use crate::wsman::FaultReason;
use crate::wsman::ProviderFault;
use crate::wsman::Selector;
use crate::wsman::SelectorSet;
use crate::wsman::SelectorValue;
use crate::wsman::WsmanFault;
use crate::wsman::cim::CimElement;
use crate::wsman::cim::CimValue;
use crate::wsman::cim::ClassUri;
use crate::wsman::enumeration;
use crate::xml::Element;
use crate::xml::OwnedName;
use crate::xml::QName;

const FILTER: [QName; 2] =
    [QName::new(wsman::NAMESPACE, "Filter"), QName::new(enumeration::NAMESPACE, "Filter")];
const DIALECT: QName = QName::local("Dialect");
const WQL: &str = "http://schemas.microsoft.com/wbem/wsman/1/WQL";

/// What an enumeration is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// There is no filter.
    Everything,
    /// What a filter lets through that names no class.
    Some,
    /// What a query lets through, of a class.
    Class(String),
}

impl Cim {
    /// The class of the URI is in no such namespace.
    pub(super) fn no_class(&self, uri: &ClassUri) -> Refusal {
        self.refuse(FaultReason::ResourceNotFound, NO_CLASS, "GetObject", uri.class.as_str())
    }

    /// The class has no instance with these keys.
    pub(super) fn not_found(&self, class: &Class, selectors: &SelectorSet) -> Refusal {
        let keys: Vec<String> = selectors.0.iter().filter_map(spelled).collect();
        let path = format!("{}.{}", class.name, keys.join(","));
        self.refuse(FaultReason::ResourceNotFound, NO_INSTANCE, "GetObject", &path)
    }

    /// What the filter of an Enumerate asks for.
    pub(super) fn asked(&self, call: &Call<'_>) -> Result<Asked> {
        let Some(filter) = call.envelope.body().and_then(filter) else { return Ok(Asked::Everything) };
        if !filter.attribute(DIALECT).is_some_and(|dialect| dialect.eq_ignore_ascii_case(WQL)) {
            return Ok(Asked::Some);
        }
        let query = filter.text();
        let class = class_of(query).ok_or(FaultReason::CannotProcessFilter)?;
        if !CLASSES.iter().any(|known| known.is_a(class)) {
            return Err(self.refuse(FaultReason::CannotProcessFilter, NO_CLASS, "ExecQuery", query));
        }
        Ok(Asked::Class(class.to_owned()))
    }

    fn refuse(&self, reason: FaultReason, message: &str, operation: &str, parameter: &str) -> Refusal {
        let fault = WsmanFault {
            code: reason.describe().wsman_code,
            machine: Some(self.computer.clone()),
            message: message.to_owned(),
            provider_fault: None,
        };
        let provider_fault = ProviderFault {
            provider: Some("WMI Provider".to_owned()),
            path: Some("C:\\Windows\\system32\\WsmWmiPl.dll".to_owned()),
            fault: Some(fault),
            extended_error: extended_status(operation, parameter),
            ..ProviderFault::default()
        };
        Refusal::by_provider(reason, provider_fault)
    }
}

const NO_CLASS: &str = "the class is not in the namespace";
const NO_INSTANCE: &str = "there is no instance with these keys";

/// `Name="WinRM"`, as in the path of an object.
fn spelled(selector: &Selector) -> Option<String> {
    match &selector.value {
        SelectorValue::Text(text) => {
            Some(format!("{}=\"{}\"", selector.name, text.replace('\\', "\\\\").replace('"', "\\\"")))
        }
        SelectorValue::Reference(_) => None,
    }
}

/// `__ExtendedStatus`: what WMI was doing.
fn extended_status(operation: &str, parameter: &str) -> Option<CimElement> {
    let uri = ClassUri::wmi("root/cimv2", "__ExtendedStatus").to_uri();
    let property = |name: &str, value: CimValue| {
        OwnedName::new(uri.as_str(), name).map(|name| CimElement::new(name, value))
    };
    let properties = vec![
        property("Description", CimValue::Nil)?,
        property("Operation", CimValue::of(operation))?,
        property("ParameterInfo", CimValue::of(parameter))?,
        property("ProviderName", CimValue::of("WinMgmt"))?,
        property("StatusCode", CimValue::Nil)?,
    ];
    property("__ExtendedStatus", CimValue::Instance(properties))
}

/// The filter of an Enumerate.
fn filter(body: Element<'_>) -> Option<Element<'_>> {
    FILTER.into_iter().find_map(|name| body.child(name))
}

/// The name after `from`: what comes before are names of properties, so that no quoted text is in the way.
fn class_of(query: &str) -> Option<&str> {
    let mut words = query.split_ascii_whitespace();
    words.find(|word| word.eq_ignore_ascii_case("from"))?;
    words.next()
}
