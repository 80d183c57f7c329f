//! An enumeration from Enumerate to its end: a state is consumed by the answer to what it sent.

use crate::client::Outgoing;
use crate::client::Reply;
use crate::client::Requests;
use crate::client::SequenceError;
use crate::client::requests::body;
use crate::limits::ENUMERATION_EMPTY_PAGES_MAX;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::enumeration;
use crate::wsman::enumeration::Enumerate;
use crate::wsman::enumeration::EnumerateResponse;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::enumeration::EnumerationMode;
use crate::wsman::enumeration::Item;
use crate::wsman::enumeration::Items;
use crate::wsman::enumeration::Pull;
use crate::wsman::enumeration::PullResponse;
use crate::wsman::enumeration::Release;
use crate::wsman::filter::Filter;
use crate::xml::ToXml;

/// What is enumerated, and how much of it a response may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enumeration {
    /// The class of the resource.
    pub resource_uri: ResourceUri,
    /// What every request repeats of the resource's reference besides.
    pub selector_set: SelectorSet,
    /// Which items.
    pub filter: Option<Filter>,
    /// Objects, references or both.
    pub mode: EnumerationMode,
    /// Items of one response: "a client sets MaxElements in Pull to its MaxBatchItems".
    pub max_elements: u32,
}

/// Waits for the answer to an Enumerate.
pub struct ExpectEnumerated {
    open: OpenEnumeration,
}

/// An enumeration that may have more items.
pub struct OpenEnumeration {
    requests: Requests,
    enumeration: Enumeration,
    /// The newest that came: "if a response has a new context the client uses it and discards the old".
    context: EnumerationContext,
    /// Responses in a row that held nothing.
    empty_pages: usize,
}

/// Waits for the answer to a Pull.
pub struct ExpectPulled {
    open: OpenEnumeration,
}

/// What a response brings.
pub enum EnumerationStep {
    /// Some items, and there may be more: pull again, or release.
    More(Box<OpenEnumeration>, Vec<Item>),
    /// The last items, or none: "the client does not send Release afterwards".
    End(Vec<Item>),
}

impl Enumeration {
    /// All objects of a resource, as many in each response as the server gives.
    #[must_use]
    pub fn of(resource_uri: ResourceUri) -> Self {
        Self {
            resource_uri,
            selector_set: SelectorSet::default(),
            filter: None,
            mode: EnumerationMode::Object,
            max_elements: 32_000,
        }
    }

    /// Begins the enumeration, and asks for the first items at once.
    #[must_use]
    pub fn begin(self, requests: Requests) -> (ExpectEnumerated, Outgoing) {
        let asked = Enumerate {
            optimize_enumeration: true,
            max_elements: Some(self.max_elements),
            filter: self.filter.clone(),
            mode: self.mode.clone(),
            ..Enumerate::default()
        };
        let context = EnumerationContext::new("");
        let mut open = OpenEnumeration { requests, enumeration: self, context, empty_pages: 0 };
        let outgoing = open.write(enumeration::ENUMERATE, &asked);
        (ExpectEnumerated { open }, outgoing)
    }
}

impl ExpectEnumerated {
    /// Takes the answer.
    pub fn step(self, reply: Reply) -> Result<EnumerationStep, SequenceError> {
        let response: EnumerateResponse = body(reply, EnumerateResponse::NAME)?;
        let is_end = response.is_end || response.context.is_empty();
        self.open.next(Some(response.context), response.items, is_end)
    }
}

impl OpenEnumeration {
    /// Asks for the next items.
    #[must_use]
    pub fn pull(mut self) -> (ExpectPulled, Outgoing) {
        let pull = Pull {
            context: self.context.clone(),
            max_time: None,
            max_elements: Some(self.enumeration.max_elements),
            max_characters: None,
        };
        let outgoing = self.write(enumeration::PULL, &pull);
        (ExpectPulled { open: self }, outgoing)
    }

    /// Ends the enumeration early. The answer says nothing; a fault says that the server had ended it.
    #[must_use]
    pub fn release(mut self) -> Outgoing {
        let release = Release { context: self.context.clone() };
        self.write(enumeration::RELEASE, &release)
    }

    fn next(
        mut self,
        context: Option<EnumerationContext>,
        items: Option<Items>,
        is_end: bool,
    ) -> Result<EnumerationStep, SequenceError> {
        let items = items.unwrap_or_default().0;
        if is_end {
            return Ok(EnumerationStep::End(items));
        }
        self.empty_pages = match items.is_empty() {
            true => self.empty_pages.saturating_add(1),
            false => 0,
        };
        if self.empty_pages > ENUMERATION_EMPTY_PAGES_MAX {
            return Err(SequenceError::NoProgress { empty_pages_max: ENUMERATION_EMPTY_PAGES_MAX });
        }
        if let Some(context) = context.filter(|context| !context.is_empty()) {
            self.context = context;
        }
        Ok(EnumerationStep::More(Box::new(self), items))
    }

    /// Every request repeats the reference that was enumerated.
    fn write(&mut self, action: &str, body: &impl ToXml) -> Outgoing {
        let selectors = self.enumeration.selector_set.clone();
        let uri = &self.enumeration.resource_uri;
        self.requests.write(uri, action, |header| header.selector_set = selectors, Some(body))
    }
}

impl ExpectPulled {
    /// Takes the answer. A server whose source is slow answers that nothing came in time: pull again.
    pub fn step(self, reply: Reply) -> Result<EnumerationStep, SequenceError> {
        if reply.is_timed_out() {
            return self.open.next(None, None, false);
        }
        let response: PullResponse = body(reply, PullResponse::NAME)?;
        self.open.next(response.context, response.items, response.is_end)
    }
}
