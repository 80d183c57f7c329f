//! What a class is: its properties, its methods, and what may be done to its instances.

use crate::wsman::cim::Kind;

/// A class of the namespace.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) name: &'static str,
    /// The classes above it, nearest first.
    pub(super) ancestors: &'static [&'static str],
    /// Its CIM namespace.
    pub(super) namespace: &'static str,
    /// In the order in which WMI tells them: by name.
    pub(super) properties: &'static [Property],
    pub(super) methods: &'static [Method],
    /// Whether Create makes instances.
    pub(super) is_creatable: bool,
    /// Whether Delete takes them.
    pub(super) is_deletable: bool,
}

/// A property of a class.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) access: Access,
    pub(super) is_array: bool,
}

/// What a client may do with a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It names the instance.
    Key,
    /// It can be read.
    Read,
    /// It can be put.
    Write,
}

/// A method of a class.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Method {
    pub(super) name: &'static str,
    /// Of the class and not of an instance.
    pub(super) is_static: bool,
    pub(super) inputs: &'static [Input],
}

/// A parameter that a method takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
    pub(super) is_array: bool,
}

pub(super) const fn key(name: &'static str, kind: Kind) -> Property {
    Property { name, kind, access: Access::Key, is_array: false }
}

pub(super) const fn read(name: &'static str, kind: Kind) -> Property {
    Property { name, kind, access: Access::Read, is_array: false }
}

pub(super) const fn write(name: &'static str, kind: Kind) -> Property {
    Property { name, kind, access: Access::Write, is_array: false }
}

pub(super) const fn array(name: &'static str, kind: Kind) -> Property {
    Property { name, kind, access: Access::Write, is_array: true }
}

/// A parameter that may be left out.
pub(super) const fn input(name: &'static str, kind: Kind) -> Input {
    Input { name, kind, is_required: false, is_array: false }
}

/// A parameter that must be given.
pub(super) const fn required(name: &'static str, kind: Kind) -> Input {
    Input { name, kind, is_required: true, is_array: false }
}

/// A parameter that is an array.
pub(super) const fn inputs(name: &'static str, kind: Kind) -> Input {
    Input { name, kind, is_required: false, is_array: true }
}

impl Property {
    /// The same as an array.
    pub(super) const fn many(self) -> Self {
        Self { is_array: true, ..self }
    }
}

impl Class {
    /// A property by its name, whatever its case.
    pub(super) fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name.eq_ignore_ascii_case(name))
    }

    /// A method by its name, whatever its case.
    pub(super) fn method(&self, name: &str) -> Option<&'static Method> {
        self.methods.iter().find(|method| method.name.eq_ignore_ascii_case(name))
    }

    /// The properties that name an instance; none for a class that has only one.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static Property> {
        self.properties.iter().filter(|property| property.access == Access::Key)
    }

    /// Whether its instances are instances of `class`.
    pub(super) fn is_a(&self, class: &str) -> bool {
        std::iter::once(&self.name).chain(self.ancestors).any(|name| name.eq_ignore_ascii_case(class))
    }
}
