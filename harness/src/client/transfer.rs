//! [WS-Transfer] Any resource, whole and in fragments: a state is consumed by the answer to what it sent.

use crate::client::Outgoing;
use crate::client::Reply;
use crate::client::Requests;
use crate::client::SequenceError;
use crate::soap::Envelope;
use crate::soap::Opaque;
use crate::wsman::FragmentTransfer;
use crate::wsman::RequestHeader;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::fragment::XmlFragment;
use crate::wsman::transfer::CREATE;
use crate::wsman::transfer::DELETE;
use crate::wsman::transfer::GET;
use crate::wsman::transfer::PUT;
use crate::wsman::transfer::RequestedEpr;
use crate::wsman::transfer::ResourceCreated;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;

type Result<T> = std::result::Result<T, SequenceError>;

/// A resource by its reference; for Create, the class of what is to come.
pub struct RemoteResource {
    /// What its requests share.
    pub requests: Requests,
    /// Its class.
    pub resource_uri: ResourceUri,
    /// Which instance.
    pub selector_set: SelectorSet,
    /// Whether answers are to tell the reference of the resource; many services ignore it.
    pub asks_for_epr: bool,
}

/// Waits for the answer to a Get or Put of the whole.
pub struct ExpectRepresentation {
    resource: RemoteResource,
}

/// Waits for the answer to a Get or Put of a fragment.
pub struct ExpectFragment {
    resource: RemoteResource,
}

/// Waits for the answer to a Create.
pub struct ExpectCreated {
    resource: RemoteResource,
}

/// Waits for the answer to a Delete.
pub struct ExpectDeleted {
    requests: Requests,
}

/// Waits for the answer to an action of the resource's own.
pub struct ExpectInvoked {
    resource: RemoteResource,
}

/// What a Get or Put gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representation {
    /// All of the resource. A PutResponse without it says that everything was taken as it was.
    pub content: Option<Opaque>,
    /// Where the resource is now, if that was asked and the service tells.
    pub epr: Option<RequestedEpr>,
}

impl RemoteResource {
    /// Asks for the representation.
    #[must_use]
    pub fn get(mut self) -> (ExpectRepresentation, Outgoing) {
        let outgoing = self.write(GET, None, None::<&Opaque>);
        (ExpectRepresentation { resource: self }, outgoing)
    }

    /// Puts another representation in its place.
    #[must_use]
    pub fn put(mut self, representation: &impl ToXml) -> (ExpectRepresentation, Outgoing) {
        let outgoing = self.write(PUT, None, Some(representation));
        (ExpectRepresentation { resource: self }, outgoing)
    }

    /// Asks for a part of the representation.
    #[must_use]
    pub fn get_fragment(mut self, fragment: FragmentTransfer) -> (ExpectFragment, Outgoing) {
        let outgoing = self.write(GET, Some(fragment), None::<&Opaque>);
        (ExpectFragment { resource: self }, outgoing)
    }

    /// Puts something else in place of a part.
    #[must_use]
    pub fn put_fragment(
        mut self,
        fragment: FragmentTransfer,
        content: &XmlFragment,
    ) -> (ExpectFragment, Outgoing) {
        let outgoing = self.write(PUT, Some(fragment), Some(content));
        (ExpectFragment { resource: self }, outgoing)
    }

    /// Creates an instance.
    #[must_use]
    pub fn create(mut self, representation: &impl ToXml) -> (ExpectCreated, Outgoing) {
        let outgoing = self.write(CREATE, None, Some(representation));
        (ExpectCreated { resource: self }, outgoing)
    }

    /// Deletes the instance.
    #[must_use]
    pub fn delete(mut self) -> (ExpectDeleted, Outgoing) {
        let outgoing = self.write(DELETE, None, None::<&Opaque>);
        (ExpectDeleted { requests: self.requests }, outgoing)
    }

    /// Asks for an action of the resource's own.
    #[must_use]
    pub fn invoke(mut self, action: &str, body: &impl ToXml) -> (ExpectInvoked, Outgoing) {
        let outgoing = self.write(action, None, Some(body));
        (ExpectInvoked { resource: self }, outgoing)
    }

    fn write(
        &mut self,
        action: &str,
        fragment: Option<FragmentTransfer>,
        body: Option<&impl ToXml>,
    ) -> Outgoing {
        let request_epr = self.asks_for_epr;
        let selector_set = self.selector_set.clone();
        let edit = |header: &mut RequestHeader| {
            header.selector_set = selector_set;
            header.fragment_transfer = fragment;
            header.request_epr = request_epr;
        };
        self.requests.write(&self.resource_uri, action, edit, body)
    }
}

impl ExpectRepresentation {
    /// Takes the answer.
    pub fn step(self, reply: Reply) -> Result<(RemoteResource, Representation)> {
        let envelope = response(reply)?;
        let content = envelope.body().map(Element::read).transpose()?;
        let epr = envelope.header(RequestedEpr::NAME).map(Element::read).transpose()?;
        Ok((self.resource, Representation { content, epr }))
    }
}

impl ExpectFragment {
    /// Takes the answer. One that doesn't repeat the header block comes from a service that did the operation on all of
    /// the resource.
    pub fn step(self, reply: Reply) -> Result<(RemoteResource, XmlFragment)> {
        let envelope = response(reply)?;
        if envelope.header(FragmentTransfer::NAME).is_none() {
            return Err(SequenceError::FragmentIgnored);
        }
        let fragment = read_body(&envelope, XmlFragment::NAME)?;
        Ok((self.resource, fragment))
    }
}

impl ExpectCreated {
    /// Takes the answer, and gives the new instance.
    pub fn step(self, reply: Reply) -> Result<RemoteResource> {
        let created: ResourceCreated = read_body(&response(reply)?, ResourceCreated::NAME)?;
        let ResourceCreated { resource_uri, selector_set, .. } = created;
        Ok(RemoteResource { resource_uri, selector_set, ..self.resource })
    }
}

impl ExpectDeleted {
    /// Takes the answer.
    pub fn step(self, reply: Reply) -> Result<Requests> {
        response(reply)?;
        Ok(self.requests)
    }
}

impl ExpectInvoked {
    /// Takes the answer, whose body is `name`.
    pub fn step<T: FromXml>(self, reply: Reply, name: QName) -> Result<(RemoteResource, T)> {
        let answer = read_body(&response(reply)?, name)?;
        Ok((self.resource, answer))
    }
}

fn response(reply: Reply) -> Result<Envelope> {
    match reply {
        Reply::Fault(fault) => Err(SequenceError::Faulted(Box::new(fault))),
        Reply::Response(envelope) => Ok(envelope),
    }
}

fn read_body<T: FromXml>(envelope: &Envelope, name: QName) -> Result<T> {
    let element = envelope.body_children().find(|child| child.is(name));
    let missing = || SequenceError::MissingBody { expected: name.to_string() };
    Ok(element.ok_or_else(missing)?.read()?)
}
