//! Subscriptions, deliveries and ends that other implementations recorded or published, read through the types of
//! WS-Eventing and written again.
//!
//! The recordings are not part of the project. Where they are not beside the checkout, nothing is compared.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "all of this file is a test")]

use std::path::Path;
use std::path::PathBuf;

use winrm_harness::soap::Envelope;
use winrm_harness::wsman::eventing::Ack;
use winrm_harness::wsman::eventing::Identifier;
use winrm_harness::wsman::eventing::Notification;
use winrm_harness::wsman::eventing::NotificationBody;
use winrm_harness::wsman::eventing::Subscribe;
use winrm_harness::wsman::eventing::SubscribeResponse;
use winrm_harness::wsman::eventing::SubscriptionEnd;
use winrm_harness::xml::Document;
use winrm_harness::xml::Element;
use winrm_harness::xml::ToXml;
use winrm_harness::xml::Writer;

#[test]
fn every_recorded_message_of_eventing_is_written_again_with_the_same_meaning() {
    let documents = documents();
    let (mut subscribes, mut responses, mut deliveries, mut ends) = (0, 0, 0, 0);
    for element in documents.iter().flat_map(|document| below(document.root())) {
        if element.is(Subscribe::NAME) {
            let read = Subscribe::read(element).unwrap();
            assert_eq!(Subscribe::read(written(&read).root()), Ok(read));
            subscribes += 1;
        }
        // One mock writes its context in another namespace, and is read without it.
        if element.is(SubscribeResponse::NAME) {
            let read: SubscribeResponse = element.read().unwrap();
            assert_eq!(written(&read).root().read(), Ok(read));
            responses += 1;
        }
        if element.is(SubscriptionEnd::NAME) {
            let read: SubscriptionEnd = element.read().unwrap();
            assert_eq!(written(&read).root().read(), Ok(read));
            ends += 1;
        }
    }
    for envelope in documents.iter().filter_map(envelope) {
        let Ok(read) = Notification::read(&envelope) else { continue };
        if matches!(read.body, NotificationBody::Events(_) | NotificationBody::End(_)) {
            assert!(read.is_ack_requested);
            assert!(read.identifier().is_some());
            let again = Envelope::decode(read.to_envelope().as_bytes(), None).unwrap();
            assert_eq!(Notification::read(&again), Ok(read));
            assert_eq!(Ack::read(&envelope), None);
            deliveries += 1;
        }
    }
    println!("{subscribes} Subscribe, {responses} SubscribeResponse, {deliveries} deliveries, {ends} ends");
    let is_enough = subscribes >= 2 && responses >= 2 && deliveries >= 2 && ends >= 1;
    assert!(documents.is_empty() || is_enough);
}

#[test]
fn the_sinks_of_event_forwarding_are_known_by_their_reference_properties() {
    let documents = documents();
    let all = documents.iter().flat_map(|document| below(document.root()));
    let forwarding = all.filter(|element| element.is(Subscribe::NAME)).map(|e| Subscribe::read(e).unwrap());
    let mut known = 0;
    for subscribe in forwarding {
        let sink = subscribe.delivery.notify_to.unwrap();
        if sink.reference_properties.is_some() {
            assert!(Identifier::in_reference(&sink).is_some());
            assert_eq!(Notification::reference_of(&sink).len(), 1);
            known += 1;
        }
    }
    assert!(documents.is_empty() || known >= 1);
}

/// Subscriptions travel inside other envelopes, so every element is looked at.
fn below(element: Element<'_>) -> Vec<Element<'_>> {
    std::iter::once(element).chain(element.children().flat_map(below)).collect()
}

fn envelope(document: &Document) -> Option<Envelope> {
    let mut writer = Writer::new();
    writer.copy(document.root());
    Envelope::decode(writer.finish().as_bytes(), None).ok()
}

fn written(value: &impl ToXml) -> Document {
    let mut writer = Writer::new();
    writer.write(value);
    Document::parse(writer.finish().as_bytes()).unwrap()
}

/// The recordings that name the namespace of WS-Eventing.
fn documents() -> Vec<Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    let mut files = Vec::new();
    if root.is_dir() {
        collect(&root, &mut files);
    }
    let documents = files.iter().filter_map(|path| Document::parse(&std::fs::read(path).unwrap()).ok());
    let is_eventing = |document: &Document| {
        let elements = below(document.root());
        elements.iter().any(|element| element.namespace().ends_with("/ws/2004/08/eventing"))
    };
    documents.filter(is_eventing).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "xml") {
            files.push(path);
        }
    }
}
