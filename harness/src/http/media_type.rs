//! [RFC 9110 8.3.1] media type: what a Content-Type says.
//!
//! [RFC 9110 8.3.1]: https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1

use std::fmt;

use crate::http::lexer::Lexer;
use crate::http::lexer::token_or_quoted;
use crate::limits::HTTP_PARAMETERS_MAX;

/// A media type with its parameters, for one `multipart/encrypted;protocol="…";boundary="Encrypted Boundary"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType {
    essence: String,
    parameters: Vec<(String, String)>,
}

/// Why a Content-Type cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaTypeError {
    /// The value does not start with `type/subtype`.
    NoType {
        /// The value that came.
        value: String,
    },
    /// After the type comes something other than `;name=value`.
    Parameter {
        /// What is left of the value from the fault on.
        rest: String,
    },
    /// The same parameter twice: two readers could take different ones.
    Repeated {
        /// The parameter.
        name: String,
    },
    /// More parameters than the bound.
    TooMany {
        /// The bound.
        parameters_max: usize,
    },
}

impl MediaType {
    /// A media type without parameters.
    pub fn new(essence: impl Into<String>) -> Self {
        Self { essence: essence.into(), parameters: Vec::new() }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Parses the value of a Content-Type field.
    pub fn parse(value: &[u8]) -> Result<Self, MediaTypeError> {
        let no_type = || MediaTypeError::NoType { value: String::from_utf8_lossy(value).into() };
        let mut lexer = Lexer::new(value);
        lexer.space();
        let kind = lexer.token().ok_or_else(no_type)?;
        let subtype = lexer.eat(b'/').then(|| lexer.token()).flatten().ok_or_else(no_type)?;
        let mut media_type = Self::new(format!("{kind}/{subtype}"));
        loop {
            lexer.space();
            if lexer.is_empty() {
                return Ok(media_type);
            }
            media_type.parse_parameter(&mut lexer)?;
        }
    }

    fn parse_parameter(&mut self, lexer: &mut Lexer<'_>) -> Result<(), MediaTypeError> {
        let rest = lexer.rest();
        let fault = || MediaTypeError::Parameter { rest: String::from_utf8_lossy(rest).into() };
        if !lexer.eat(b';') {
            return Err(fault());
        }
        lexer.space();
        if lexer.is_empty() || lexer.rest().first() == Some(&b';') {
            return Ok(());
        }
        let (name, value) = lexer.parameter().ok_or_else(fault)?;
        if self.parameter(&name).is_some() {
            return Err(MediaTypeError::Repeated { name });
        }
        if self.parameters.len() >= HTTP_PARAMETERS_MAX {
            return Err(MediaTypeError::TooMany { parameters_max: HTTP_PARAMETERS_MAX });
        }
        self.parameters.push((name, value));
        Ok(())
    }

    /// `type/subtype` as written.
    #[must_use]
    pub fn essence(&self) -> &str {
        &self.essence
    }

    /// Whether this is `essence`, compared without case.
    #[must_use]
    pub fn is(&self, essence: &str) -> bool {
        self.essence.eq_ignore_ascii_case(essence)
    }

    /// The value of a parameter, its name compared without case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The `charset` parameter.
    #[must_use]
    pub fn charset(&self) -> Option<&str> {
        self.parameter("charset")
    }
}

/// Values that are no token are quoted.
impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.essence)?;
        for (name, value) in &self.parameters {
            write!(f, ";{name}={}", token_or_quoted(value))?;
        }
        Ok(())
    }
}

impl fmt::Display for MediaTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoType { value } => write!(f, "expected a media type, found `{value}`"),
            Self::Parameter { rest } => write!(f, "expected `;name=value`, found `{rest}`"),
            Self::Repeated { name } => write!(f, "parameter `{name}` given twice"),
            Self::TooMany { parameters_max } => write!(f, "more than {parameters_max} parameters"),
        }
    }
}

impl std::error::Error for MediaTypeError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::any;
    use proptest::prelude::prop;
    use proptest::prelude::prop_assert_eq;
    use proptest::proptest;

    use super::MediaType;
    use super::MediaTypeError;
    use crate::limits::HTTP_PARAMETERS_MAX;

    #[test]
    fn the_content_type_of_a_sealed_message_is_read() {
        let value = br#"multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary""#;
        let media_type = MediaType::parse(value).unwrap();
        assert!(media_type.is("Multipart/Encrypted"));
        assert_eq!(media_type.parameter("PROTOCOL"), Some("application/HTTP-SPNEGO-session-encrypted"));
        assert_eq!(media_type.parameter("boundary"), Some("Encrypted Boundary"));
        assert_eq!(media_type.to_string().as_bytes(), value);
    }

    #[test]
    fn charset_is_found_quoted_or_not_and_after_odd_spaces() {
        for value in ["application/soap+xml;charset=UTF-8", " application/soap+xml ; ;Charset = \"UTF-8\";"] {
            assert_eq!(MediaType::parse(value.as_bytes()).unwrap().charset(), Some("UTF-8"), "{value}");
        }
    }

    #[test]
    fn malformed_values_are_refused() {
        for value in [
            "",
            "text",
            "text/",
            "/xml",
            "text/xml,",
            "text/xml;a",
            "text/xml;a=",
            "text/xml;a=\"b",
            "a/b;\u{e9}=1",
        ] {
            assert!(MediaType::parse(value.as_bytes()).is_err(), "{value}");
        }
        assert_eq!(MediaType::parse(b"a/b;c=1;C=2"), Err(MediaTypeError::Repeated { name: "C".into() }));
    }

    #[test]
    fn parameters_stand_on_their_bound() {
        let value = |count: usize| {
            (0..count).map(|at| format!(";p{at}=1")).fold("a/b".to_owned(), |all, one| all + &one)
        };
        assert!(MediaType::parse(value(HTTP_PARAMETERS_MAX).as_bytes()).is_ok());
        let parameters_max = HTTP_PARAMETERS_MAX;
        assert_eq!(
            MediaType::parse(value(HTTP_PARAMETERS_MAX + 1).as_bytes()),
            Err(MediaTypeError::TooMany { parameters_max })
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in "[ -~]{0,20}", other in "\\PC{0,10}") {
            let media_type = MediaType::new("a/b+c").with("one", value).with("two", other);
            prop_assert_eq!(MediaType::parse(media_type.to_string().as_bytes()), Ok(media_type));
        }

        #[test]
        fn hostile_octets_never_panic(octets in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = MediaType::parse(&octets);
            let _ = MediaType::parse(&[b"a/b;".as_slice(), &octets].concat());
        }
    }
}
