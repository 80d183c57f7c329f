use std::sync::Arc;

use crate::addressing::Address;
use crate::addressing::EndpointReference;
use crate::addressing::MessageId;
use crate::server::dispatch::Call;
use crate::server::resources::Instance;
use crate::soap::Envelope;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::ResourceUri;
use crate::wsman::ResponseHeader;
use crate::wsman::enumeration;
use crate::wsman::enumeration::Item;
use crate::wsman::enumeration::TotalItemsCountEstimate;
use crate::wsman::enumeration::write_fragment;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;

/// Where an item is written to be measured.
const SCRATCH: QName = QName::new(enumeration::NAMESPACE, "Items");
/// As long as every MessageID of this server.
const SOME_ID: &str = "uuid:00000000-0000-0000-0000-000000000000";

/// What is told of each instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    Reference,
    ObjectAndReference,
    /// These properties, in alphabetical order as Windows has them.
    Fragment(Vec<String>),
}

/// Some items, written inside `Items`.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Vec<Arc<Instance>>,
    pub(super) shape: Arc<Shape>,
    /// The address that the client used, which references name.
    pub(super) address: String,
}

impl ToXml for Page {
    fn to_xml(&self, writer: &mut Writer) {
        self.items.iter().for_each(|item| write_item(item, &self.shape, &self.address, writer));
    }
}

fn write_item(item: &Instance, shape: &Shape, address: &str, writer: &mut Writer) {
    match shape {
        Shape::Object => writer.write(&item.representation),
        Shape::Reference => write_reference(item, address, writer),
        Shape::ObjectAndReference => Item::write_pair(writer, |w| {
            w.write(&item.representation);
            write_reference(item, address, w);
        }),
        Shape::Fragment(names) => write_fragment(writer, |w| write_properties(item, names, w)),
    }
}

fn write_reference(item: &Instance, address: &str, writer: &mut Writer) {
    writer.element(EndpointReference::NAME, |w| {
        w.text_element(Address::NAME, address);
        w.element(EndpointReference::REFERENCE_PARAMETERS, |w| {
            w.text_element(ResourceUri::NAME, item.resource_uri.as_str());
            w.write(&item.selector_set);
        });
    });
}

/// Without namespace, as Windows writes them; what an instance doesn't have is left out.
fn write_properties(item: &Instance, names: &[String], writer: &mut Writer) {
    for name in names {
        let all = item.representation.element().children();
        for property in all.filter(|property| property.local().eq_ignore_ascii_case(name)) {
            writer.copy_unqualified(property);
        }
    }
}

/// A response without its items: what room it leaves.
pub(super) struct Frame {
    bytes_left: usize,
    address: String,
}

impl Frame {
    /// `empty` is the body with everything but the items.
    pub(super) fn of(call: &Call<'_>, action: &str, empty: &impl ToXml) -> Self {
        let header = ResponseHeader {
            operation_id: call.header.operation_id.clone(),
            sequence_id: call.header.sequence_id,
            activity_id: call.header.activity_id.clone(),
            ..ResponseHeader::to_request(call.header, action, MessageId::new(SOME_ID))
        };
        let headers = |w: &mut Writer| {
            w.write(&header);
            w.write(&TotalItemsCountEstimate(Some(u64::MAX)));
        };
        let frame = Envelope::write(Some("en-US"), &RESPONSE_NAMESPACES, headers, |w| w.write(empty));
        // `<n:Items/>` becomes a pair of tags.
        let frame_bytes = frame.len().saturating_add("</n:Items>".len());
        Self {
            bytes_left: call.room.text_bytes_max().saturating_sub(frame_bytes),
            address: call.header.to.as_str().to_owned(),
        }
    }

    /// How many of the items fit.
    pub(super) fn fitting<'i>(
        &self,
        items: impl Iterator<Item = (&'i [Arc<Instance>], &'i Shape)>,
        characters_max: usize,
    ) -> usize {
        let (mut bytes_left, mut characters_left) = (self.bytes_left, characters_max);
        let base = scratch(|_| {}).len();
        let fits = |(one, shape): &(&[Arc<Instance>], &Shape)| {
            let text = scratch(|w| one.iter().for_each(|item| write_item(item, shape, &self.address, w)));
            let bytes = bytes_left.checked_sub(text.len().saturating_sub(base));
            let characters = text.chars().count().saturating_sub(base);
            let (Some(bytes), Some(characters)) = (bytes, characters_left.checked_sub(characters)) else {
                return false;
            };
            (bytes_left, characters_left) = (bytes, characters);
            true
        };
        items.take_while(fits).count()
    }
}

/// What `inside` writes where the namespaces of a response are declared. The text before and behind is ASCII.
fn scratch(inside: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::new();
    writer.element(SCRATCH, |w| {
        RESPONSE_NAMESPACES.into_iter().for_each(|namespace| w.declare(namespace));
        w.text("");
        inside(w);
    });
    writer.finish()
}
