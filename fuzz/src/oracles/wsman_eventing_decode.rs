//! An envelope is a notification, an acknowledgement, a message of WS-Eventing or none of them; what is one survives
//! being written and read again.

use std::fmt::Debug;

use winrm_harness::soap::Envelope;
use winrm_harness::wsman::eventing::Ack;
use winrm_harness::wsman::eventing::GetStatusResponse;
use winrm_harness::wsman::eventing::Notification;
use winrm_harness::wsman::eventing::Renew;
use winrm_harness::wsman::eventing::RenewResponse;
use winrm_harness::wsman::eventing::Subscribe;
use winrm_harness::wsman::eventing::SubscribeResponse;
use winrm_harness::wsman::eventing::SubscriptionEnd;
use winrm_harness::xml::Document;
use winrm_harness::xml::Element;
use winrm_harness::xml::FromXml;
use winrm_harness::xml::ToXml;
use winrm_harness::xml::Writer;

/// The oracle.
pub fn wsman_eventing_decode(input: &[u8]) {
    judge(input, Notification::to_envelope);
}

/// The oracle over any way to write a notification, so that a test can show a wrong one being found.
pub fn judge(input: &[u8], encode: impl Fn(&Notification) -> String) {
    let Ok(envelope) = Envelope::decode(input, None) else { return };
    match Notification::read(&envelope) {
        Ok(notification) => {
            assert_eq!(Notification::read(&decoded(&encode(&notification))), Ok(notification));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Some(ack) = Ack::read(&envelope) {
        assert_eq!(Ack::read(&decoded(&ack.to_envelope())), Some(ack));
    }
    if let Some(body) = envelope.body() {
        if let Ok(subscribe) = Subscribe::read(body) {
            assert_eq!(Subscribe::read(written(&subscribe).root()), Ok(subscribe));
        }
        survives::<SubscribeResponse>(body);
        survives::<SubscriptionEnd>(body);
        survives::<Renew>(body);
        survives::<RenewResponse>(body);
        survives::<GetStatusResponse>(body);
    }
}

fn survives<T: FromXml + ToXml + PartialEq + Debug>(element: Element<'_>) {
    if let Ok(value) = element.read::<T>() {
        assert_eq!(written(&value).root().read::<T>(), Ok(value));
    }
}

fn decoded(text: &str) -> Envelope {
    match Envelope::decode(text.as_bytes(), None) {
        Ok(envelope) => envelope,
        Err(error) => panic!("a message that was written is not read: {error}: {text}"),
    }
}

fn written(value: &impl ToXml) -> Document {
    let mut writer = Writer::new();
    writer.write(value);
    let text = writer.finish();
    match Document::parse(text.as_bytes()) {
        Ok(document) => document,
        Err(error) => panic!("what was written is not read: {error}: {text}"),
    }
}
