//! [DSP0226 8.3] Filters of enumerations and subscriptions, and the dialects that their expressions are in.
//!
//! [DSP0226 8.3]: https://www.dmtf.org/standards/wsman

mod expression;
mod selector;
mod wql;

pub use expression::Expression;
pub use expression::ExpressionError;
pub use expression::Filter;
pub use selector::SelectorFilter;
pub use selector::SelectorFilterError;
pub use wql::LikePattern;
pub use wql::Projection;
pub use wql::Query;
pub use wql::WqlError;

/// WQL, [MS-WSMV 3.1.4.1.13].
///
/// [MS-WSMV 3.1.4.1.13]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
pub const WQL: &str = "http://schemas.microsoft.com/wbem/wsman/1/WQL";
/// The selector filter of DSP0226 Annex E.
pub const SELECTOR_FILTER: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter";
/// The association queries of DSP0227 8.2.
pub const ASSOCIATION_FILTER: &str = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter";
/// The queries of the Windows event log.
pub const EVENT_QUERY: &str = "http://schemas.microsoft.com/win/2004/08/events/eventquery";
