//! Plug-ins are tables of attributes.

use crate::soap::boolean_attribute;
use crate::wsman::config::ConfigError;
use crate::wsman::config::PLUGIN_NAMESPACE;
use crate::wsman::config::Secret;
use crate::wsman::config::Table;
use crate::wsman::config::table::attribute;
use crate::wsman::config::table::child;
use crate::wsman::config::table::items;
use crate::wsman::config::table::require_children;
use crate::wsman::config::table::require_local;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const fn name(local: &'static str) -> QName {
    QName::new(PLUGIN_NAMESPACE, local)
}

const RUN_AS_PASSWORD: &str = "RunAsPassword";

/// The attributes of a plug-in other than its name and the password, in the order of the text.
const PLUGIN_ATTRIBUTES: &[&str] = &[
    "Filename",
    "SDKVersion",
    "XmlRenderingType",
    "Architecture",
    "UseSharedProcess",
    "AutoRestart",
    "ProcessIdleTimeoutSec",
    "RunAsUser",
    "OutputBufferingMode",
    "Enabled",
];

/// [2.2.4.22] PluginType, something that serves resources. `Name` is its selector.
///
/// [2.2.4.22]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PluginType {
    /// What it is called; nothing else is called so.
    pub name: String,
    /// Its other attributes by the names of the text, such as `Filename`, `SDKVersion` and `RunAsUser`: a service that
    /// has no libraries to load keeps and tells them, and that is all.
    pub attributes: Vec<(&'static str, String)>,
    /// The password of `RunAsUser`: set, and never told.
    pub run_as_password: Option<Secret>,
    /// What it serves.
    pub resources: Vec<ResourceType>,
    /// What it is started with.
    pub initialization_parameters: Vec<ParamType>,
    /// What it may use.
    pub quotas: Option<QuotasType>,
}

/// [2.2.4.29] ResourceType, a resource URI that a plug-in serves.
///
/// [2.2.4.29]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceType {
    /// The URI; its own or, without `exact_match`, the beginning of others.
    pub resource_uri: String,
    /// Whether it looks at options.
    pub supports_options: bool,
    /// Whether longer URIs are others' business.
    pub exact_match: bool,
    /// Who may use it.
    pub security: Vec<SecurityType>,
    /// What it does.
    pub capability: Vec<CapabilityType>,
}

/// [2.2.4.30] SecurityType, who may use a resource. `Uri` is its selector.
///
/// [2.2.4.30]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityType {
    /// The resource.
    pub uri: String,
    /// Who may use it; empty where `RootSDDL` counts.
    pub sddl: String,
    /// Whether longer URIs are none of its business.
    pub exact_match: bool,
}

/// [2.2.4.2] CapabilityType, something that a plug-in does for a resource.
///
/// [2.2.4.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CapabilityType {
    /// `Get`, `Put`, `Create`, `Delete`, `Invoke`, `Enumerate`, `Subscribe`, `Shell` or `Identify`.
    pub kind: String,
    /// Whether it does so for fragments.
    pub supports_fragment: bool,
    /// Whether it does so with filters.
    pub supports_filtering: bool,
}

/// [2.2.4.21] ParamType, what a plug-in is started with.
///
/// [2.2.4.21]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParamType {
    /// The parameter.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// [2.2.4.23] QuotasType, what a plug-in may use: numbers by the names of the text, such as `MaxShells`.
///
/// [2.2.4.23]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuotasType(pub Vec<(&'static str, u64)>);

/// The quotas with the least and the most that the text allows.
const QUOTAS: &[(&str, u64, u64)] = &[
    ("MaxConcurrentUsers", 1, 100),
    ("MaxConcurrentOperationsPerUser", 1, 0xFFFF_FFFF),
    ("MaxConcurrentOperations", 1, 0xFFFF_FFFF),
    ("MaxMemoryPerShellMB", 0, 0x7FFF_FFFF),
    ("MaxIdleTimeoutms", 60_000, 0x7FFF_FFFF),
    ("IdleTimeoutms", 60_000, 0x7FFF_FFFF),
    ("MaxProcessesPerShell", 0, 0x7FFF_FFFF),
    ("MaxConcurrentCommandsPerShell", 1, 0x7FFF_FFFF),
    ("MaxShells", 1, 0x7FFF_FFFF),
    ("MaxShellsPerUser", 1, 0x7FFF_FFFF),
];

impl PluginType {
    /// The name of the element as services write it; the schema of the text says `PluginConfiguration`.
    pub const NAME: QName = name("PlugInConfiguration");

    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Refuses values that the text doesn't allow.
    pub fn check(&self) -> Result<(), ConfigError> {
        let one_of = |name, expected: &'static str, known: &[&str]| match self.attribute(name) {
            Some(value) if !known.iter().any(|known| known.eq_ignore_ascii_case(value)) => {
                Err(ConfigError::unknown(name, expected, value))
            }
            _ => Ok(()),
        };
        one_of("SDKVersion", "1", &["1", "2"])?;
        one_of("XmlRenderingType", "text", &["text", "XmlReader"])?;
        one_of("Architecture", "32 or 64", &["32", "64"])?;
        one_of("OutputBufferingMode", "Block or Drop", &["Block", "Drop"])?;
        let numbers = self.quotas.iter().flat_map(|quotas| &quotas.0);
        for (name, found) in numbers {
            let range = QUOTAS.iter().find(|(known, ..)| known == name);
            if let Some((name, min, max)) = range.filter(|(_, min, max)| found < min || max < found) {
                return Err(ConfigError::OutOfRange { name, min: *min, max: *max, found: *found });
            }
        }
        Ok(())
    }
}

impl Table for PluginType {
    /// A plug-in is replaced as a whole: its children have no names of their own to be merged by. What is replaced keeps
    /// what the new one doesn't name; an empty password is what a Get tells of any.
    fn merge(&mut self, newer: Self) {
        let kept = self.attributes.iter().filter(|(name, _)| newer.attribute(name).is_none());
        let mut attributes: Vec<(&'static str, String)> =
            kept.cloned().chain(newer.attributes.clone()).collect();
        attributes.sort_by_key(|(name, _)| PLUGIN_ATTRIBUTES.iter().position(|known| known == name));
        let quotas = newer.quotas.or_else(|| self.quotas.take());
        let resources = match newer.resources.is_empty() {
            true => std::mem::take(&mut self.resources),
            false => newer.resources,
        };
        let name = std::mem::take(&mut self.name);
        let run_as_password = newer.run_as_password.filter(|password| !password.0.is_empty());
        *self = Self {
            name,
            attributes,
            run_as_password: run_as_password.or_else(|| self.run_as_password.take()),
            resources,
            initialization_parameters: newer.initialization_parameters,
            quotas,
        };
    }

    fn read_known(element: Element<'_>) -> Result<Self, XmlError> {
        require_children(element, &["Resources", "InitializationParameters", "Quotas"], &[])?;
        element.read()
    }
}

impl Table for SecurityType {
    fn merge(&mut self, newer: Self) {
        self.sddl = newer.sddl;
        self.exact_match = newer.exact_match;
    }

    fn read_known(element: Element<'_>) -> Result<Self, XmlError> {
        require_children(element, &[], &[])?;
        element.read()
    }
}

/// The attributes of `names` that are there.
fn attributes(element: Element<'_>, names: &'static [&'static str]) -> Vec<(&'static str, String)> {
    let found = names.iter().filter_map(|name| Some((*name, attribute(element, name)?.to_owned())));
    found.collect()
}

fn text(element: Element<'_>, local: &str) -> String {
    attribute(element, local).unwrap_or_default().to_owned()
}

/// A missing switch is off.
fn switch(element: Element<'_>, local: &'static str) -> Result<bool, XmlError> {
    Ok(boolean_attribute(element, QName::local(local))?.unwrap_or_default())
}

impl FromXml for PluginType {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let is_schema = element.local().eq_ignore_ascii_case("PluginConfiguration");
        let element = if is_schema { element } else { require_local(element, Self::NAME)? };
        let inside = |local: &'static str| child(element, local);
        Ok(Self {
            name: text(element, "Name"),
            attributes: attributes(element, PLUGIN_ATTRIBUTES),
            run_as_password: attribute(element, RUN_AS_PASSWORD).map(|text| Secret(text.to_owned())),
            resources: inside("Resources").map_or(Ok(Vec::new()), |e| items(e, "Resource", Element::read))?,
            initialization_parameters: inside("InitializationParameters")
                .map_or(Ok(Vec::new()), |e| items(e, "Param", Element::read))?,
            quotas: inside("Quotas").map(Element::read).transpose()?,
        })
    }
}

impl FromXml for ResourceType {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self {
            resource_uri: text(element, "ResourceUri"),
            supports_options: switch(element, "SupportsOptions")?,
            exact_match: switch(element, "ExactMatch")?,
            security: items(element, "Security", Element::read)?,
            capability: items(element, "Capability", Element::read)?,
        })
    }
}

impl FromXml for SecurityType {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        require_local(element, Self::NAME)?;
        Ok(Self {
            uri: text(element, "Uri"),
            sddl: text(element, "Sddl"),
            exact_match: switch(element, "ExactMatch")?,
        })
    }
}

impl FromXml for CapabilityType {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self {
            kind: text(element, "Type"),
            supports_fragment: switch(element, "SupportsFragment")?,
            supports_filtering: switch(element, "SupportsFiltering")?,
        })
    }
}

impl FromXml for ParamType {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self { name: text(element, "Name"), value: text(element, "Value") })
    }
}

impl FromXml for QuotasType {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let found = QUOTAS.iter().filter_map(|(name, ..)| Some((*name, attribute(element, name)?)));
        let numbers = found.map(|(name, value)| match value.trim().parse() {
            Ok(number) => Ok((name, number)),
            Err(_) => Err(XmlError::BadValue {
                name: name.to_owned(),
                expected: "a number from 0",
                found: value.chars().take(64).collect(),
                offset: element.offset(),
            }),
        });
        numbers.collect::<Result<_, _>>().map(Self)
    }
}

impl ToXml for PluginType {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.attribute(QName::local("Name"), &self.name);
            for (name, value) in &self.attributes {
                w.attribute(QName::local(name), value);
            }
            if let Some(Secret(password)) = &self.run_as_password {
                w.attribute(QName::local(RUN_AS_PASSWORD), password);
            }
            w.element(name("Resources"), |w| self.resources.iter().for_each(|resource| w.write(resource)));
            if !self.initialization_parameters.is_empty() {
                w.element(name("InitializationParameters"), |w| {
                    self.initialization_parameters.iter().for_each(|parameter| w.write(parameter));
                });
            }
            if let Some(quotas) = &self.quotas {
                w.write(quotas);
            }
        });
    }
}

impl ToXml for ResourceType {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(name("Resource"), |w| {
            w.attribute(QName::local("ResourceUri"), &self.resource_uri);
            w.attribute(QName::local("SupportsOptions"), &self.supports_options.to_string());
            w.attribute(QName::local("ExactMatch"), &self.exact_match.to_string());
            self.security.iter().for_each(|security| w.write(security));
            self.capability.iter().for_each(|capability| w.write(capability));
        });
    }
}

impl SecurityType {
    /// The name of the element.
    pub const NAME: QName = name("Security");
}

impl ToXml for SecurityType {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(Self::NAME, |w| {
            w.attribute(QName::local("Uri"), &self.uri);
            w.attribute(QName::local("ExactMatch"), &self.exact_match.to_string());
            w.attribute(QName::local("Sddl"), &self.sddl);
        });
    }
}

impl ToXml for CapabilityType {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(name("Capability"), |w| {
            w.attribute(QName::local("Type"), &self.kind);
            w.attribute(QName::local("SupportsFragment"), &self.supports_fragment.to_string());
            w.attribute(QName::local("SupportsFiltering"), &self.supports_filtering.to_string());
        });
    }
}

impl ToXml for ParamType {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(name("Param"), |w| {
            w.attribute(QName::local("Name"), &self.name);
            w.attribute(QName::local("Value"), &self.value);
        });
    }
}

impl ToXml for QuotasType {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(name("Quotas"), |w| {
            for (name, value) in &self.0 {
                w.attribute(QName::local(name), &value.to_string());
            }
        });
    }
}
