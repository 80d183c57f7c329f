#![doc = include_str!("FORMAT.md")]

mod assertion_line;
mod bounds;
mod case;
mod embedded;
mod error;
mod heading;
mod lint;
mod matcher;
mod parse;
mod path;
mod prefix;
mod print;
mod section;
mod source;
#[cfg(test)]
mod strategy;
mod template;
mod template_print;
#[cfg(test)]
mod tests;
mod words;

pub use bounds::ATTEMPTS_MAX;
pub use bounds::CASE_BYTES_MAX;
pub use bounds::PATH_STEPS_MAX;
pub use bounds::REPEAT_BYTES_MAX;
pub use bounds::REPEATS_MAX;
pub use bounds::SECTIONS_MAX;
pub use case::*;
pub use embedded::EmbeddedCase;
pub use embedded::embedded_cases;
pub use error::Position;
pub use error::WsxError;
pub use error::WsxReason;
pub use lint::Lint;
pub use lint::NEEDS;
pub use lint::PROFILES;
pub use lint::TOLERANCES;
pub use lint::lint;
pub use matcher::Matcher;
pub use parse::parse;
pub use path::Axis;
pub use path::Path;
pub use path::PathName;
pub use path::PathStep;
pub use path::Predicate;
pub use path::Take;
pub use prefix::PREFIXES;
pub use prefix::declarations;
pub use prefix::namespace;
pub use print::print;
pub use template::GIVEN;
pub use template::Piece;
pub use template::Template;
pub use template::TemplateError;
pub use template::VariableName;
