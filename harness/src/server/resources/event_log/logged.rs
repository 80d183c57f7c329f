use std::fmt;

use crate::limits::EVENT_TEXT_CHARS_MAX;
use crate::server::resources::event_log::CHANNEL;
use crate::soap::Opaque;
use crate::wsman::DateTime;
use crate::xml::Document;
use crate::xml::Namespace;
use crate::xml::QName;
use crate::xml::Writer;
use crate::xml::XmlError;

/// The namespace of Windows events, which are written without prefix.
const NAMESPACE: Namespace = Namespace::new("http://schemas.microsoft.com/win/2004/08/events/event", "");
/// Whose events these are: not the provider of Windows, since the numbers differ.
pub(super) const PROVIDER: &str = "Reference-WSMan";

/// `EventRecordID`: the number of an event in the log, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::server) struct RecordId(pub(in crate::server) u64);

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum What {
    LoggedOn,
    LogonRefused,
    AccessDenied,
    ShellCreated,
    ShellDeleted,
    CommandStarted,
    CommandEnded,
    ConfigurationChanged,
    SubscriptionMade,
    SubscriptionEnded,
}

impl What {
    /// `EventID`.
    pub(super) fn event_id(self) -> u64 {
        match self {
            Self::LoggedOn => 1,
            Self::LogonRefused => 2,
            Self::AccessDenied => 3,
            Self::ShellCreated => 4,
            Self::ShellDeleted => 5,
            Self::CommandStarted => 6,
            Self::CommandEnded => 7,
            Self::ConfigurationChanged => 8,
            Self::SubscriptionMade => 9,
            Self::SubscriptionEnded => 10,
        }
    }

    /// `Level`: 3 is a warning, 4 information.
    pub(super) fn level(self) -> u64 {
        match self {
            Self::LogonRefused | Self::AccessDenied => 3,
            _ => 4,
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::LoggedOn => "a user logged on",
            Self::LogonRefused => "a logon was refused",
            Self::AccessDenied => "access was denied",
            Self::ShellCreated => "a shell was created",
            Self::ShellDeleted => "a shell was deleted",
            Self::CommandStarted => "a command was started",
            Self::CommandEnded => "a command ended",
            Self::ConfigurationChanged => "the configuration was changed",
            Self::SubscriptionMade => "a subscription was made",
            Self::SubscriptionEnded => "a subscription ended",
        }
    }
}

/// What to record.
///
/// No secret: `subject` is an identifier, and of a command only its first word, since people type passwords behind it.
/// A logon that was refused has no user: people type passwords there too.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct Entry<'a> {
    pub(in crate::server) what: What,
    /// The wall clock.
    pub(in crate::server) filetime: u64,
    pub(in crate::server) computer: &'a str,
    /// Empty when it isn't known.
    pub(in crate::server) user: &'a str,
    pub(in crate::server) client_ip: &'a str,
    /// Which shell, command, subscription or action.
    pub(in crate::server) subject: &'a str,
}

/// What has happened and is still to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct News {
    pub(in crate::server) what: What,
    pub(in crate::server) user: String,
    pub(in crate::server) client_ip: String,
    pub(in crate::server) subject: String,
}

/// An event as it is kept. No text is longer than [`EVENT_TEXT_CHARS_MAX`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct LoggedEvent {
    pub(in crate::server) record_id: RecordId,
    pub(super) what: What,
    time: DateTime,
    computer: String,
    user: String,
    client_ip: String,
    subject: String,
}

/// [MS-WSMV] 3.1.4.1.30.1 ContentFormat
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::server) enum Format {
    /// The event alone.
    #[default]
    Raw,
    /// And what to show people.
    RenderedText,
}

impl LoggedEvent {
    pub(super) fn new(record_id: RecordId, entry: Entry<'_>) -> Self {
        let kept = |text: &str| text.chars().take(EVENT_TEXT_CHARS_MAX).collect();
        Self {
            record_id,
            what: entry.what,
            time: DateTime::from_filetime(entry.filetime),
            computer: kept(entry.computer),
            user: kept(entry.user),
            client_ip: kept(entry.client_ip),
            subject: kept(entry.subject),
        }
    }

    /// The `Event` element.
    pub(in crate::server) fn element(&self, format: Format) -> Result<Opaque, XmlError> {
        Document::parse(self.text(format).as_bytes())?.root().read()
    }

    /// The same as text.
    pub(in crate::server) fn text(&self, format: Format) -> String {
        let mut writer = Writer::new();
        writer.element(name("Event"), |w| {
            w.element(name("System"), |w| self.write_system(w));
            w.element(name("EventData"), |w| {
                data("UserName", &self.user, w);
                data("ClientAddress", &self.client_ip, w);
                data("Subject", &self.subject, w);
            });
            if format == Format::RenderedText {
                w.element(name("RenderingInfo"), |w| {
                    w.attribute(QName::local("Culture"), "en-US");
                    w.text_element(name("Message"), self.what.sentence());
                });
            }
        });
        writer.finish()
    }

    fn write_system(&self, w: &mut Writer) {
        w.element(name("Provider"), |w| w.attribute(QName::local("Name"), PROVIDER));
        w.text_element(name("EventID"), &self.what.event_id().to_string());
        w.text_element(name("Version"), "0");
        w.text_element(name("Level"), &self.what.level().to_string());
        w.element(name("TimeCreated"), |w| {
            w.attribute(QName::local("SystemTime"), &self.time.to_string());
        });
        w.text_element(name("EventRecordID"), &self.record_id.to_string());
        w.text_element(name("Channel"), CHANNEL);
        w.text_element(name("Computer"), &self.computer);
    }
}

fn name(local: &'static str) -> QName {
    QName::new(NAMESPACE, local)
}

fn data(key: &str, text: &str, writer: &mut Writer) {
    if !text.is_empty() {
        writer.element(name("Data"), |w| {
            w.attribute(QName::local("Name"), key);
            w.text(text);
        });
    }
}
