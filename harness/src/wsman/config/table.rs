//! What all tables have in common.

use crate::limits::CONFIG_ITEMS_MAX;
use crate::wsman::config::setting::Field;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

/// A table: named settings, each once.
pub trait Table: FromXml + ToXml + Default {
    /// Takes over the settings that `newer` has.
    fn merge(&mut self, newer: Self);

    /// Reads a table that may have nothing but what its type has.
    fn read_known(element: Element<'_>) -> Result<Self, XmlError>;
}

/// The child of a local name, whatever its letter case and namespace.
pub(super) fn child<'d>(element: Element<'d>, local: &str) -> Option<Element<'d>> {
    element.children().find(|child| child.local().eq_ignore_ascii_case(local))
}

/// The attribute of a local name, whatever its letter case.
pub(super) fn attribute<'d>(element: Element<'d>, local: &str) -> Option<&'d str> {
    let mut attributes = element.attributes().filter(|attribute| attribute.namespace.is_empty());
    attributes.find(|attribute| attribute.local.eq_ignore_ascii_case(local)).map(|attribute| attribute.value)
}

/// The element itself, if it has the name but for letter case and namespace.
pub(super) fn require_local<'d>(element: Element<'d>, name: QName) -> Result<Element<'d>, XmlError> {
    match element.local().eq_ignore_ascii_case(name.local) {
        true => Ok(element),
        false => Err(unexpected(element, name.to_string())),
    }
}

pub(super) fn unexpected(element: Element<'_>, expected: String) -> XmlError {
    XmlError::UnexpectedElement { expected, found: element.expanded_name(), offset: element.offset() }
}

/// What the children called `local` hold, at most as many as the bound.
pub(super) fn items<'d, T>(
    element: Element<'d>,
    local: &'static str,
    read: impl Fn(Element<'d>) -> Result<T, XmlError>,
) -> Result<Vec<T>, XmlError> {
    let mut found = Vec::new();
    for child in element.children().filter(|child| child.local().eq_ignore_ascii_case(local)) {
        if found.len() == CONFIG_ITEMS_MAX {
            return Err(XmlError::TooMany { what: local, max: CONFIG_ITEMS_MAX, offset: child.offset() });
        }
        found.push(read(child)?);
    }
    Ok(found)
}

pub(super) fn read_field<T: Field>(element: Element<'_>, local: &str) -> Result<Option<T>, XmlError> {
    child(element, local).map(T::read).transpose()
}

pub(super) fn write_field<T: Field>(field: Option<&T>, name: QName, writer: &mut Writer) {
    if let Some(field) = field {
        field.write(name, writer);
    }
}

pub(super) fn merge_field<T: Field>(field: &mut Option<T>, newer: Option<T>) {
    match (field, newer) {
        (_, None) => {}
        (Some(field), Some(newer)) => field.merge(newer),
        (field @ None, newer) => *field = newer,
    }
}

/// Each child has a known name and comes once, but for those in `repeated`.
pub(super) fn require_children(
    element: Element<'_>,
    once: &[&'static str],
    repeated: &[&'static str],
) -> Result<(), XmlError> {
    let mut seen = vec![false; once.len()];
    for child in element.children() {
        let is = |known: &str| child.local().eq_ignore_ascii_case(known);
        if repeated.iter().any(|known| is(known)) {
            continue;
        }
        let place = once.iter().position(|known| is(known)).and_then(|at| seen.get_mut(at));
        match place {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(unexpected(child, format!("each of {} once", once.join(", ")))),
        }
    }
    Ok(())
}

/// Declares a table whose children are all settings and tables, each at most once.
macro_rules! table {
    (
        $(#[$doc:meta])*
        $table:ident = $local:literal in $namespace:expr, {
            $($(#[$field_doc:meta])* $field:ident: $kind:ty = $wire:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $table {
            $($(#[$field_doc])* pub $field: Option<$kind>,)*
        }

        impl $table {
            /// The name of the element.
            pub const NAME: $crate::xml::QName =
                $crate::xml::QName::new($namespace, $local);
        }

        impl $crate::wsman::config::setting::Field for $table {
            fn read(element: $crate::xml::Element<'_>) -> Result<Self, $crate::xml::XmlError> {
                Ok(Self {
                    $($field: $crate::wsman::config::table::read_field(element, $wire)?,)*
                })
            }

            fn write(&self, name: $crate::xml::QName, writer: &mut $crate::xml::Writer) {
                writer.element(name, |w| {
                    $($crate::wsman::config::table::write_field(
                        self.$field.as_ref(),
                        $crate::xml::QName::new($namespace, $wire),
                        w,
                    );)*
                });
            }

            fn merge(&mut self, newer: Self) {
                $($crate::wsman::config::table::merge_field(&mut self.$field, newer.$field);)*
            }

            fn require_known(element: $crate::xml::Element<'_>) -> Result<(), $crate::xml::XmlError> {
                $crate::wsman::config::table::require_children(element, &[$($wire),*], &[])?;
                $(if let Some(child) = $crate::wsman::config::table::child(element, $wire) {
                    <$kind as $crate::wsman::config::setting::Field>::require_known(child)?;
                })*
                Ok(())
            }
        }

        impl $crate::wsman::config::Table for $table {
            fn merge(&mut self, newer: Self) {
                $crate::wsman::config::setting::Field::merge(self, newer);
            }

            fn read_known(element: $crate::xml::Element<'_>) -> Result<Self, $crate::xml::XmlError> {
                <Self as $crate::wsman::config::setting::Field>::require_known(element)?;
                element.read()
            }
        }

        impl $crate::xml::FromXml for $table {
            fn from_xml(element: $crate::xml::Element<'_>) -> Result<Self, $crate::xml::XmlError> {
                let element = $crate::wsman::config::table::require_local(element, Self::NAME)?;
                $crate::wsman::config::setting::Field::read(element)
            }
        }

        impl $crate::xml::ToXml for $table {
            fn to_xml(&self, writer: &mut $crate::xml::Writer) {
                $crate::wsman::config::setting::Field::write(self, Self::NAME, writer);
            }
        }
    };
}

pub(super) use table;
