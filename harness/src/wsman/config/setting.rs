use std::fmt;

use crate::soap::boolean_of;
use crate::soap::number;
use crate::soap::text_of;
use crate::wsman::config::table::attribute;
use crate::xml::Element;
use crate::xml::QName;
use crate::xml::Writer;
use crate::xml::XmlError;

const SOURCE: QName = QName::local("Source");

/// One setting of a table, and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// `GPO` for a setting that a policy makes, which nobody can change by a Put.
    pub source: Option<String>,
}

impl<T> From<T> for Setting<T> {
    fn from(value: T) -> Self {
        Self { value, source: None }
    }
}

/// What a table has one of: a setting, or another table.
pub(super) trait Field: Sized {
    /// Reads the element.
    fn read(element: Element<'_>) -> Result<Self, XmlError>;
    /// Writes it by that name.
    fn write(&self, name: QName, writer: &mut Writer);
    /// Takes over what `newer` says.
    fn merge(&mut self, newer: Self);
    /// Refuses what no table has.
    fn require_known(element: Element<'_>) -> Result<(), XmlError>;
}

/// The value of a setting.
pub(super) trait Scalar: Sized {
    /// Reads it.
    fn read(element: Element<'_>) -> Result<Self, XmlError>;
    /// As text.
    fn print(&self) -> String;
}

impl Scalar for bool {
    fn read(element: Element<'_>) -> Result<Self, XmlError> {
        boolean_of(element)
    }

    fn print(&self) -> String {
        self.to_string()
    }
}

impl Scalar for u64 {
    fn read(element: Element<'_>) -> Result<Self, XmlError> {
        number(element, "a number from 0")
    }

    fn print(&self) -> String {
        self.to_string()
    }
}

/// A password. It is written into messages, and never into a log.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Scalar for Secret {
    fn read(element: Element<'_>) -> Result<Self, XmlError> {
        String::read(element).map(Self)
    }

    fn print(&self) -> String {
        self.0.clone()
    }
}

impl Scalar for String {
    fn read(element: Element<'_>) -> Result<Self, XmlError> {
        text_of(element).map(str::to_owned)
    }

    fn print(&self) -> String {
        self.clone()
    }
}

impl<T: Scalar> Field for Setting<T> {
    fn read(element: Element<'_>) -> Result<Self, XmlError> {
        Ok(Self { value: T::read(element)?, source: attribute(element, SOURCE.local).map(str::to_owned) })
    }

    fn write(&self, name: QName, writer: &mut Writer) {
        writer.element(name, |w| {
            if let Some(source) = &self.source {
                w.attribute(SOURCE, source);
            }
            w.text(&self.value.print());
        });
    }

    fn merge(&mut self, newer: Self) {
        *self = newer;
    }

    fn require_known(_: Element<'_>) -> Result<(), XmlError> {
        Ok(())
    }
}
