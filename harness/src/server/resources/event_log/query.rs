//! [MS-WSMV 2.2.4.24] QueryList, the filter of an event log, as far as it is about events of this server.
//!
//! [MS-WSMV 2.2.4.24]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv

mod condition;

use crate::limits::EVENT_QUERY_SELECTS_MAX;
use crate::server::resources::event_log::CHANNEL;
use crate::server::resources::event_log::LoggedEvent;
use crate::server::resources::event_log::query::condition::Condition;
use crate::wsman::eventing::Filter;
use crate::xml::Element;
use crate::xml::QName;

const PATH: QName = QName::local("Path");
const ID: QName = QName::local("Id");
/// Channels that every Windows has; nothing is ever logged there.
const EMPTY_CHANNELS: [&str; 3] = ["Application", "Security", "System"];

/// Which events are wanted: those that one of the conditions holds for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::server) struct Query(Vec<Condition>);

/// What is wrong with a query. The peer is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) enum QueryError {
    /// Another element than the one that belongs there, or none, or too many.
    Element { expected: &'static str },
    /// Two queries have one Id.
    DuplicateId { id: String },
    /// There is no such channel.
    Channel { path: String },
    /// There are too many selections.
    TooMany { max: usize },
    /// The expression is none, or more than this server understands.
    Expression { expected: &'static str, at: usize },
}

impl Query {
    /// Every event.
    pub(in crate::server) fn everything() -> Self {
        Self(vec![Condition::Always])
    }

    /// Reads the content of a filter. Unknown channels are nothing to complain about when `is_lenient`
    /// ([MS-WSMV] 3.1.4.1.30.1 IgnoreChannelError).
    pub(in crate::server) fn read(filter: &Filter, is_lenient: bool) -> Result<Self, QueryError> {
        let expected = "one QueryList";
        let mut lists = filter.content.element().children();
        let list = lists.next().filter(|list| list.local() == "QueryList");
        let list = list.ok_or(QueryError::Element { expected })?;
        if lists.next().is_some() {
            return Err(QueryError::Element { expected });
        }
        let mut conditions = Vec::new();
        let mut ids = Vec::new();
        let mut selects: usize = 0;
        for query in list.children() {
            let id = require(query, "Query")?.attribute(ID).unwrap_or_default();
            if ids.contains(&id) {
                return Err(QueryError::DuplicateId { id: id.to_owned() });
            }
            ids.push(id);
            let selects_before = selects;
            for select in query.children() {
                selects = selects.saturating_add(1);
                if selects > EVENT_QUERY_SELECTS_MAX {
                    return Err(QueryError::TooMany { max: EVENT_QUERY_SELECTS_MAX });
                }
                let path = query.attribute(PATH);
                conditions.extend(read_select(require(select, "Select")?, path, is_lenient)?);
            }
            if selects == selects_before {
                return Err(QueryError::Element { expected: "Select in each Query" });
            }
        }
        match selects {
            0 => Err(QueryError::Element { expected: "Query" }),
            _ => Ok(Self(conditions)),
        }
    }

    pub(in crate::server) fn selects(&self, event: &LoggedEvent) -> bool {
        self.0.iter().any(|condition| condition.holds(event))
    }
}

fn require<'d>(element: Element<'d>, local: &'static str) -> Result<Element<'d>, QueryError> {
    match element.local() == local {
        true => Ok(element),
        false => Err(QueryError::Element { expected: local }),
    }
}

/// The condition of a Select; none when its channel has no events.
fn read_select(
    select: Element<'_>,
    path_of_query: Option<&str>,
    is_lenient: bool,
) -> Result<Option<Condition>, QueryError> {
    let path = select.attribute(PATH).or(path_of_query).unwrap_or(CHANNEL);
    let condition = Condition::parse(select.text())?;
    if path.eq_ignore_ascii_case(CHANNEL) {
        return Ok(Some(condition));
    }
    let is_known = EMPTY_CHANNELS.iter().any(|channel| path.eq_ignore_ascii_case(channel));
    match is_known || is_lenient {
        true => Ok(None),
        false => Err(QueryError::Channel { path: path.chars().take(64).collect() }),
    }
}

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Element { expected } => {
                write!(f, "expected {expected} in the filter, found something else")
            }
            Self::DuplicateId { id } => write!(f, "expected one Query with the Id `{id}`, found more"),
            Self::Channel { path } => write!(f, "unknown channel `{path}`: expected `{CHANNEL}`"),
            Self::TooMany { max } => write!(f, "too many selections: at most {max} are allowed"),
            Self::Expression { expected, at } => {
                write!(f, "expected {expected} at octet {at} of the selection")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::EVENT_QUERY_SELECTS_MAX;
    use crate::server::resources::event_log::Entry;
    use crate::server::resources::event_log::LoggedEvent;
    use crate::server::resources::event_log::RecordId;
    use crate::server::resources::event_log::What;
    use crate::server::resources::event_log::query::Query;
    use crate::server::resources::event_log::query::QueryError;
    use crate::wsman::eventing::EVENT_QUERY;
    use crate::wsman::eventing::Filter;
    use crate::xml::Document;

    fn event(what: What) -> LoggedEvent {
        let entry = Entry { what, filetime: 0, computer: "c", user: "u", client_ip: "i", subject: "s" };
        LoggedEvent::new(RecordId(70), entry)
    }

    fn read(inside: &str, is_lenient: bool) -> Result<Query, QueryError> {
        let content = Document::parse(format!("<Filter>{inside}</Filter>").as_bytes()).unwrap();
        let content = content.root().read().unwrap();
        Query::read(&Filter { dialect: Some(EVENT_QUERY.to_owned()), content }, is_lenient)
    }

    fn select(expression: &str) -> String {
        let expression = expression.replace('<', "&lt;");
        format!(
            "<QueryList><Query><Select Path='Microsoft-Windows-WinRM/Operational'>{expression}</Select></Query></QueryList>"
        )
    }

    fn selects(expression: &str, what: What) -> bool {
        read(&select(expression), false).unwrap().selects(&event(what))
    }

    #[test]
    fn a_condition_selects_the_events_that_it_holds_for() {
        use What::{AccessDenied, ShellCreated, ShellDeleted};
        for (expression, expected) in [
            ("*", [true, true, true]),
            (" * ", [true, true, true]),
            ("*[System[EventID=4]]", [false, true, false]),
            ("*[System[EventID = 4 or EventID = 5]]", [false, true, true]),
            ("*[System[(EventID=4 or EventID=5) and EventID != 4]]", [false, false, true]),
            ("*[System[EventID=4 or EventID=5 and Level=3]]", [false, true, false]),
            ("Event[System[Level<=3]]", [true, false, false]),
            ("Event/System[Level>3]", [false, true, true]),
            ("*[System[EventID>=4 and EventID<5]]", [false, true, false]),
            ("*[System[EventRecordID=70]]", [true, true, true]),
            ("*[System[Provider[@Name='Reference-WSMan'] and (EventID=4)]]", [false, true, false]),
            ("*[System[Provider[@Name=\"Other\"]]]", [false, false, false]),
            ("*[System]", [true, true, true]),
        ] {
            let found = [AccessDenied, ShellCreated, ShellDeleted].map(|what| selects(expression, what));
            assert_eq!(found, expected, "{expression}");
        }
    }

    #[test]
    fn an_expression_that_is_none_is_refused() {
        for wrong in [
            "",
            "**",
            "*[",
            "*[System[EventID=4]",
            "*[System[EventID=]]",
            "*[System[EventID=four]]",
            "*[System[EventID 4]]",
            "*[System[(EventID=4]]",
            "*[System[EventID=4 and]]",
            "*[System[Keywords=4]]",
            "*[System[EventID=99999999999999999999]]",
            "*[System[Provider[@Name='x]]]",
            "*[EventData[Data='x']]",
            "*[System[EventID=4]] or *",
        ] {
            let found = read(&select(wrong), false);
            assert!(matches!(found, Err(QueryError::Expression { .. })), "{wrong}: {found:?}");
        }
    }

    #[test]
    fn one_list_of_queries_with_ids_of_their_own_is_a_filter() {
        let one = select("*");
        assert!(matches!(read(&[one.as_str(), &one].concat(), false), Err(QueryError::Element { .. })));
        assert!(matches!(read("*", false), Err(QueryError::Element { .. })));
        assert!(matches!(read("<QueryList/>", false), Err(QueryError::Element { .. })));
        assert!(matches!(
            read(&one.replace("</QueryList>", "<Query Id='1'/></QueryList>"), false),
            Err(QueryError::Element { .. })
        ));
        let two = |a, b| {
            let query = |id| format!("<Query Id='{id}'><Select>*</Select></Query>");
            format!("<QueryList>{}{}</QueryList>", query(a), query(b))
        };
        assert!(read(&two(0, 1), false).is_ok());
        assert_eq!(read(&two(1, 1), false), Err(QueryError::DuplicateId { id: "1".to_owned() }));
    }

    #[test]
    fn channels_without_events_select_nothing_and_unknown_ones_are_an_error_unless_told_otherwise() {
        let of =
            |path: &str| format!("<QueryList><Query><Select Path='{path}'>*</Select></Query></QueryList>");
        let event = event(What::LoggedOn);
        assert!(!read(&of("Application"), false).unwrap().selects(&event));
        assert_eq!(read(&of("Other"), false), Err(QueryError::Channel { path: "Other".to_owned() }));
        assert!(!read(&of("Other"), true).unwrap().selects(&event));
    }

    #[test]
    fn selections_are_counted_over_all_queries() {
        let with = |count| {
            let half = |id, count| format!("<Query Id='{id}'>{}</Query>", "<Select>*</Select>".repeat(count));
            read(&format!("<QueryList>{}{}</QueryList>", half(0, 1), half(1, count - 1)), false)
        };
        assert!(with(EVENT_QUERY_SELECTS_MAX).is_ok());
        let max = EVENT_QUERY_SELECTS_MAX;
        assert_eq!(with(max + 1), Err(QueryError::TooMany { max }));
    }
}
