use std::fmt;

/// One way in which sealed bodies in the field differ from the specification and can still be read safely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tolerance {
    /// No single tab before a part header. [2.2.9.1.1.2.1] "It MUST precede the literal": OMI, WinRb and the Windows
    /// client itself leave it out.
    ///
    /// [2.2.9.1.1.2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
    NoTab,
    /// `-- Encrypted Boundary`: Exchange, and the example of section 4.5.
    SpacedBoundary,
    /// A CRLF after the closing delimiter line: OMI.
    CrlfAfterClose,
    /// A CRLF between ciphertext and closing delimiter. Windows answers it with 400, so it is refused by default.
    CrlfBeforeClose,
    /// One octet of padding that Length counts or does not: Kerberos with RC4.
    Padding,
    /// `Length` and its like in another case. [2.2.9.1.1.2.1] "All headers and their contents MUST be case-sensitive."
    ///
    /// [2.2.9.1.1.2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
    HeaderCase,
    /// The fields of OriginalContent in another order.
    FieldOrder,
}

impl Tolerance {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NoTab,
        Self::SpacedBoundary,
        Self::CrlfAfterClose,
        Self::CrlfBeforeClose,
        Self::Padding,
        Self::HeaderCase,
        Self::FieldOrder,
    ];

    /// The name that reports and profiles use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoTab => "no-tab",
            Self::SpacedBoundary => "spaced-boundary",
            Self::CrlfAfterClose => "crlf-after-close",
            Self::CrlfBeforeClose => "crlf-before-close",
            Self::Padding => "padding",
            Self::HeaderCase => "header-case",
            Self::FieldOrder => "field-order",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::NoTab => 1,
            Self::SpacedBoundary => 2,
            Self::CrlfAfterClose => 4,
            Self::CrlfBeforeClose => 8,
            Self::Padding => 16,
            Self::HeaderCase => 32,
            Self::FieldOrder => 64,
        }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Some tolerances: those that a decoder grants, or those that a body needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ToleranceSet(u8);

impl ToleranceSet {
    /// None: the specification to the letter.
    pub const SPEC: Self = Self(0);
    /// What Windows peers need.
    pub const WINDOWS: Self = Self::SPEC.with(Tolerance::NoTab).with(Tolerance::Padding);
    /// What Exchange needs.
    pub const EXCHANGE: Self = Self::WINDOWS.with(Tolerance::SpacedBoundary);
    /// What OMI needs.
    pub const OMI: Self = Self::WINDOWS.with(Tolerance::CrlfAfterClose);
    /// Everything that some working peer needs: all but [`Tolerance::CrlfBeforeClose`].
    pub const LENIENT: Self = Self::EXCHANGE
        .with(Tolerance::CrlfAfterClose)
        .with(Tolerance::HeaderCase)
        .with(Tolerance::FieldOrder);
    /// Everything, to name what is wrong with a body rather than to accept it.
    pub const ALL: Self = Self::LENIENT.with(Tolerance::CrlfBeforeClose);

    /// This set and `tolerance`.
    #[must_use]
    pub const fn with(self, tolerance: Tolerance) -> Self {
        Self(self.0 | tolerance.bit())
    }

    /// This set without `tolerance`.
    #[must_use]
    pub const fn without(self, tolerance: Tolerance) -> Self {
        Self(self.0 & !tolerance.bit())
    }

    /// Whether `tolerance` is in this set.
    #[must_use]
    pub const fn contains(self, tolerance: Tolerance) -> bool {
        self.0 & tolerance.bit() != 0
    }

    /// Whether this set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The tolerances in this set.
    pub fn iter(self) -> impl Iterator<Item = Tolerance> {
        Tolerance::ALL.into_iter().filter(move |tolerance| self.contains(*tolerance))
    }
}

/// [`ToleranceSet::LENIENT`].
impl Default for ToleranceSet {
    fn default() -> Self {
        Self::LENIENT
    }
}

/// The names, joined by commas.
impl fmt::Display for ToleranceSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Tolerance::name).collect();
        f.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::Tolerance;
    use super::ToleranceSet;

    #[test]
    fn each_tolerance_has_its_own_place_in_a_set() {
        for one in Tolerance::ALL {
            let set = ToleranceSet::SPEC.with(one);
            assert_eq!(set.iter().collect::<Vec<_>>(), [one]);
            assert_eq!(set.to_string(), one.name());
            assert!(set.without(one).is_empty());
        }
        assert_eq!(ToleranceSet::ALL.iter().count(), Tolerance::ALL.len());
    }

    #[test]
    fn a_crlf_before_the_closing_delimiter_is_never_tolerated_by_default() {
        assert!(!ToleranceSet::default().contains(Tolerance::CrlfBeforeClose));
    }
}
