//! [WS-Transfer] Get, Put, Create and Delete of any resource, whole or in fragments.

use crate::addressing::Address;
use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::resources::Instance;
use crate::server::resources::Resource;
use crate::soap::Opaque;
use crate::wsman::FaultReason;
use crate::wsman::FragmentTransfer;
use crate::wsman::InvalidRepresentation;
use crate::wsman::UnsupportedFeature;
use crate::wsman::WsmanErrorCode;
use crate::wsman::fragment;
use crate::wsman::fragment::FragmentError;
use crate::wsman::fragment::XmlFragment;
use crate::wsman::transfer::CREATE_RESPONSE;
use crate::wsman::transfer::DELETE_RESPONSE;
use crate::wsman::transfer::GET_RESPONSE;
use crate::wsman::transfer::PUT_RESPONSE;
use crate::wsman::transfer::RequestedEpr;
use crate::wsman::transfer::ResourceCreated;
use crate::wsman::xpath::XPATH;
use crate::wsman::xpath::XPath;
use crate::wsman::xpath::XPathError;
use crate::xml::Element;
use crate::xml::ToXml;
use crate::xml::Writer;

type Result<T> = std::result::Result<T, Refusal>;

/// [DSP0226] 7.3 and, of a fragment, 7.8
pub(super) fn get(call: &Call<'_>, resource: &dyn Resource, mutant: Option<Mutant>) -> Result<Success> {
    require_no_body(call)?;
    let fragment = Fragment::asked(call, mutant)?;
    let instance = resource.get(call)?;
    let body = match &fragment {
        Some(fragment) => fragment.of(&instance.representation)?,
        None => Body::Whole(instance.representation.clone()),
    };
    let success = Success::new(GET_RESPONSE, body);
    Ok(with_blocks(success, call, fragment.as_ref(), requested(call, &instance)))
}

/// [DSP0226] 7.4 and, of a fragment, 7.9: "PutResponse preferably returns the resulting representation."
pub(super) fn put(call: &Call<'_>, resource: &mut dyn Resource, mutant: Option<Mutant>) -> Result<Success> {
    let fragment = Fragment::asked(call, mutant)?;
    let body = require_body(call)?;
    let asked = match &fragment {
        Some(fragment) => {
            let current = resource.get(call)?.representation;
            let content = content(body)?;
            fragment::replaced(current.element(), &fragment.path, &content)?
        }
        None => body.read()?,
    };
    let instance = match mutant {
        Some(Mutant::PutNotStored) => Instance { representation: asked, ..resource.get(call)? },
        _ => resource.put(call, asked.element())?,
    };
    let body = match &fragment {
        Some(fragment) => fragment.now(&instance.representation)?,
        None => Body::Whole(instance.representation.clone()),
    };
    let success = Success::new(PUT_RESPONSE, body);
    Ok(with_blocks(success, call, fragment.as_ref(), requested(call, &instance)))
}

/// [DSP0226] 7.6 and, of a fragment, 7.11: "CreateResponse does not include the initial representation."
pub(super) fn create(
    call: &Call<'_>,
    resource: &mut dyn Resource,
    mutant: Option<Mutant>,
) -> Result<Success> {
    let fragment = Fragment::asked(call, mutant)?;
    let body = require_body(call)?;
    let instance = match &fragment {
        Some(fragment) => {
            let current = resource.get(call)?.representation;
            let changed = fragment::inserted(current.element(), &fragment.path, &content(body)?)?;
            put_changed(call, resource, &current, &changed)?
        }
        None => resource.create(call, body)?,
    };
    let success = match mutant {
        Some(Mutant::CreateWithoutEpr) => Success::empty(CREATE_RESPONSE),
        _ => Success::new(CREATE_RESPONSE, reference(call, &instance)),
    };
    Ok(with_blocks(success, call, fragment.as_ref(), requested(call, &instance)))
}

/// [DSP0226] 7.5 and, of a fragment, 7.10
pub(super) fn delete(
    call: &Call<'_>,
    resource: &mut dyn Resource,
    mutant: Option<Mutant>,
) -> Result<Success> {
    require_no_body(call)?;
    let fragment = Fragment::asked(call, mutant)?;
    let epr = match &fragment {
        Some(fragment) => {
            let current = resource.get(call)?.representation;
            let changed = fragment::removed(current.element(), &fragment.path)?;
            requested(call, &put_changed(call, resource, &current, &changed)?)
        }
        None => {
            resource.delete(call)?;
            RequestedEpr::Invalid
        }
    };
    Ok(with_blocks(Success::empty(DELETE_RESPONSE), call, fragment.as_ref(), epr))
}

/// Puts a representation in which something is new or gone. A resource that takes what is missing for "as it is" can't
/// do that, and must not say that it did.
fn put_changed(
    call: &Call<'_>,
    resource: &mut dyn Resource,
    current: &Opaque,
    changed: &Opaque,
) -> Result<Instance> {
    let instance = resource.put(call, changed.element())?;
    if instance.representation == *current {
        return Err(FaultReason::UnsupportedFeature(UnsupportedFeature::FragmentLevelAccess).into());
    }
    Ok(instance)
}

/// The part of the representation that the request is about.
struct Fragment {
    header: FragmentTransfer,
    path: XPath,
    mutant: Option<Mutant>,
}

impl Fragment {
    fn asked(call: &Call<'_>, mutant: Option<Mutant>) -> Result<Option<Self>> {
        let Some(header) = call.header.fragment_transfer.clone() else { return Ok(None) };
        if mutant == Some(Mutant::FragmentWhole) {
            return Ok(None);
        }
        if header.dialect.as_deref().is_some_and(|dialect| dialect != XPATH) {
            return Err(FaultReason::UnsupportedFeature(UnsupportedFeature::FragmentLevelAccess).into());
        }
        let path = XPath::parse(&header.expression, &header.namespaces)?;
        Ok(Some(Self { header, path, mutant }))
    }

    /// The fragment, which is there.
    fn of(&self, representation: &Opaque) -> Result<Body> {
        let content = XmlFragment::of(&self.path.select(representation.element()))?;
        Ok(self.wrapped(content))
    }

    /// The fragment after it was changed: a predicate on what was changed may not select it any more.
    fn now(&self, representation: &Opaque) -> Result<Body> {
        match self.of(representation) {
            Err(_) => Ok(self.wrapped(XmlFragment::Text(String::new()))),
            found => found,
        }
    }

    fn wrapped(&self, content: XmlFragment) -> Body {
        if self.mutant == Some(Mutant::FragmentBare) { Body::Bare(content) } else { Body::Fragment(content) }
    }
}

/// [MS-WSMV 3.1.4.1.18] The fault of an expression beyond what the service knows.
impl From<XPathError> for Refusal {
    fn from(error: XPathError) -> Self {
        Self::told(FaultReason::CannotProcessFilter, &error.to_string())
    }
}

impl From<FragmentError> for Refusal {
    fn from(error: FragmentError) -> Self {
        let reason = match error {
            FragmentError::AlreadyExists => FaultReason::AlreadyExists(WsmanErrorCode::ALREADY_EXISTS),
            _ => FaultReason::InvalidRepresentation(InvalidRepresentation::InvalidFragment),
        };
        Self::told(reason, &error.to_string())
    }
}

/// What stands in the body of an answer.
enum Body {
    Whole(Opaque),
    Fragment(XmlFragment),
    /// Without the element that fragments travel in ([`Mutant::FragmentBare`]).
    Bare(XmlFragment),
}

impl ToXml for Body {
    fn to_xml(&self, writer: &mut Writer) {
        match self {
            Self::Whole(representation) => writer.write(representation),
            Self::Fragment(fragment) => writer.write(fragment),
            Self::Bare(XmlFragment::Elements(elements)) => elements.iter().for_each(|e| writer.write(e)),
            Self::Bare(XmlFragment::Text(text)) => writer.text(text),
        }
    }
}

/// "FragmentTransfer is repeated in responses that carry fragments."
fn with_blocks(
    mut success: Success,
    call: &Call<'_>,
    fragment: Option<&Fragment>,
    epr: RequestedEpr,
) -> Success {
    if let Some(fragment) = fragment.filter(|f| f.mutant != Some(Mutant::FragmentHeaderAbsent)) {
        success.headers.push(Box::new(fragment.header.clone()));
    }
    if call.header.request_epr {
        success.headers.push(Box::new(epr));
    }
    success
}

fn requested(call: &Call<'_>, instance: &Instance) -> RequestedEpr {
    RequestedEpr::Reference(reference(call, instance))
}

fn reference(call: &Call<'_>, instance: &Instance) -> ResourceCreated {
    ResourceCreated {
        address: Address::new(call.header.to.as_str()),
        resource_uri: instance.resource_uri.clone(),
        selector_set: instance.selector_set.clone(),
    }
}

/// [WS-Transfer 3.1, 3.4] Get and Delete say everything in their header.
fn require_no_body(call: &Call<'_>) -> Result<()> {
    match call.envelope.body() {
        None => Ok(()),
        Some(_) => Err(FaultReason::SchemaValidationError.into()),
    }
}

/// [WS-Transfer 3.2, 3.3] The body is one element.
fn require_body<'c>(call: &Call<'c>) -> Result<Element<'c>> {
    let mut children = call.envelope.body_children();
    let missing = FaultReason::InvalidRepresentation(InvalidRepresentation::MissingValues);
    let body = children.next().ok_or(missing)?;
    match children.next() {
        None => Ok(body),
        Some(_) => Err(FaultReason::SchemaValidationError.into()),
    }
}

/// "Fragments travel inside XmlFragment; anything else is an invalid representation."
fn content(body: Element<'_>) -> Result<XmlFragment> {
    let fragment = body.require_name(XmlFragment::NAME).and_then(Element::read);
    Ok(fragment.map_err(FragmentError::from)?)
}
