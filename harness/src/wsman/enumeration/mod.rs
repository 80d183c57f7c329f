//! [WS-Enumeration] Enumerate, Pull, Release, with the extensions of DSP0226 8.
//!
//! [WS-Enumeration]: https://www.w3.org/submissions/2006/SUBM-WS-Enumeration-20060315/

mod context;
mod enumerate;
mod items;
mod pull;

pub use context::EnumerationContext;
pub use enumerate::Enumerate;
pub use enumerate::EnumerateResponse;
pub use enumerate::EnumerationMode;
pub use items::Item;
pub use items::Items;
pub use items::TotalItemsCountEstimate;
pub use items::write_fragment;
pub use pull::Pull;
pub use pull::PullResponse;
pub use pull::Release;

use crate::soap::number;
use crate::wsman;
use crate::xml::Element;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::XmlError;

/// The WS-Enumeration namespace.
pub const NAMESPACE: Namespace = Namespace::new("http://schemas.xmlsoap.org/ws/2004/09/enumeration", "n");

/// The action of an Enumerate.
pub const ENUMERATE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate";
/// The action of its response.
pub const ENUMERATE_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/EnumerateResponse";
/// The action of a Pull.
pub const PULL: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull";
/// The action of its response.
pub const PULL_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/PullResponse";
/// The action of a Release, whose response has an empty body.
pub const RELEASE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Release";
/// The action of its response.
pub const RELEASE_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/ReleaseResponse";
/// The action of a Renew, which WS-Management discourages and no peer was seen to take.
pub const RENEW: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Renew";
/// The action of a `GetStatus`, as rare as [`RENEW`].
pub const GET_STATUS: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/GetStatus";
/// The action of an `EnumerationEnd`, which goes from a service to a client and is never sent.
pub const ENUMERATION_END: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/EnumerationEnd";
/// The action of the faults that WS-Enumeration defines.
pub const FAULT: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault";

const ITEMS: QName = QName::new(NAMESPACE, "Items");
const WSMAN_ITEMS: QName = QName::new(wsman::NAMESPACE, "Items");
const EXPIRES: QName = QName::new(NAMESPACE, "Expires");
const END_OF_SEQUENCE: QName = QName::new(NAMESPACE, "EndOfSequence");
const WSMAN_END_OF_SEQUENCE: QName = QName::new(wsman::NAMESPACE, "EndOfSequence");

fn items(parent: Element<'_>) -> Result<Option<Items>, XmlError> {
    parent.child(WSMAN_ITEMS).or_else(|| parent.child(ITEMS)).map(Element::read).transpose()
}

/// Only a child of the response itself is the mark: an item may hold an element of the same name.
fn is_end(parent: Element<'_>) -> bool {
    parent.child(END_OF_SEQUENCE).or_else(|| parent.child(WSMAN_END_OF_SEQUENCE)).is_some()
}

/// The `xs:positiveInteger` in an element; what is larger than the type is as good as no bound and stands for it.
fn positive(child: Option<Element<'_>>) -> Result<Option<u32>, XmlError> {
    let Some(child) = child else { return Ok(None) };
    let digits = child.trimmed_text();
    let is_huge = digits.len() > 9 && digits.bytes().all(|b| b.is_ascii_digit());
    match number(child, "a number from 1") {
        Ok(0) => Err(child.bad_value("a number from 1")),
        Err(_) if is_huge => Ok(Some(u32::MAX)),
        other => other.map(Some),
    }
}
