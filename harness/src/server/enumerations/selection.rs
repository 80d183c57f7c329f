use std::fmt::Display;
use std::sync::Arc;

use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::enumerations::Limits;
use crate::server::enumerations::page::Shape;
use crate::server::resources::Instance;
use crate::wsman::Family;
use crate::wsman::FaultReason;
use crate::wsman::RequestHeader;
use crate::wsman::ResourceUri;
use crate::wsman::UnsupportedFeature;
use crate::wsman::cim::ClassName;
use crate::wsman::cim::ClassUri;
use crate::wsman::enumeration::Enumerate;
use crate::wsman::enumeration::EnumerationMode;
use crate::wsman::filter;
use crate::wsman::filter::Expression;
use crate::wsman::filter::Filter;
use crate::wsman::filter::Projection;
use crate::wsman::filter::Query;
use crate::wsman::filter::SelectorFilter;
use crate::wsman::xpath;
use crate::wsman::xpath::XPath;

type Result<T> = std::result::Result<T, Refusal>;

/// The others that tell references.
const MODE_URIS: [&str; 2] =
    ["http://schemas.microsoft.com/wbem/wsman/1/config/listener", ResourceUri::SHELL];

/// Which items an Enumerate is after, and what it wants of each.
pub(super) struct Selection {
    mode: EnumerationMode,
    condition: Condition,
}

enum Condition {
    All,
    Wql(Query),
    Selectors(SelectorFilter),
    XPath(XPath),
}

impl Selection {
    /// Reads filter and mode; what the resource doesn't know is refused.
    pub(super) fn of(asked: &Enumerate, call: &Call<'_>, limits: Limits) -> Result<Self> {
        let uri = call.header.resource_uri.as_ref();
        let class = uri.and_then(ClassUri::parse);
        // [MS-WSMV] 3.1.4.1.17 lists what has modes.
        let is_listed =
            |uri: &ResourceUri| MODE_URIS.into_iter().any(|known| known.eq_ignore_ascii_case(uri.as_str()));
        let is_mode_known = match asked.mode {
            EnumerationMode::Object => true,
            EnumerationMode::Epr | EnumerationMode::ObjectAndEpr => {
                class.is_some() || uri.is_some_and(is_listed)
            }
            EnumerationMode::Other(_) => false,
        };
        if !is_mode_known {
            return Err(FaultReason::UnsupportedFeature(UnsupportedFeature::EnumerationMode).into());
        }
        let condition = match (&asked.filter, &class) {
            (Some(_), _) if limits.is_mutant(Mutant::IgnoresFilter) => Condition::All,
            (None, Some(class)) if class.class.is_all() => return Err(FaultReason::FilteringRequired.into()),
            (None, _) => Condition::All,
            // "… if the request contains the Filter element for any URI that is not for a CIM or WMI resource."
            (Some(_), None) => {
                return Err(FaultReason::FilteringNotSupported(Family::Enumeration).into());
            }
            (Some(_), _) if call.envelope.body().is_some_and(Enumerate::has_two_filters) => {
                return Err(unusable(&"expected one filter, found one in each namespace"));
            }
            (Some(filter), Some(class)) => Condition::of(filter, class)?,
        };
        let selection = Self { mode: asked.mode.clone(), condition };
        if matches!(selection.shape(), Shape::Fragment(_)) && asked.mode != EnumerationMode::Object {
            return Err(unusable(&"expected SELECT * with references, found some properties"));
        }
        Ok(selection)
    }

    /// What is told of each item.
    pub(super) fn shape(&self) -> Shape {
        if let Condition::Wql(query) = &self.condition
            && let Projection::Properties(names) = query.projection()
        {
            let mut names = names.clone();
            names.sort_by_key(|name| name.to_lowercase());
            names.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
            return Shape::Fragment(names);
        }
        match self.mode {
            EnumerationMode::Epr => Shape::Reference,
            EnumerationMode::ObjectAndEpr => Shape::ObjectAndReference,
            _ => Shape::Object,
        }
    }

    /// Those of all the instances that are asked for.
    pub(super) fn of_all(&self, all: Vec<Arc<Instance>>) -> Result<Vec<Arc<Instance>>> {
        let chosen = all.into_iter().filter_map(|instance| match self.condition.holds(&instance) {
            Ok(holds) => holds.then_some(Ok(instance)),
            Err(refusal) => Some(Err(refusal)),
        });
        chosen.collect()
    }
}

impl Condition {
    fn of(filter: &Filter, class: &ClassUri) -> Result<Self> {
        let dialect = filter.dialect();
        if ![filter::WQL, filter::SELECTOR_FILTER, xpath::XPATH].contains(&dialect) {
            return Err(FaultReason::FilterDialectRequestedUnavailable(dialects()).into());
        }
        match (dialect, filter.expression().map_err(|error| unusable(&error))?) {
            (filter::WQL, Expression::Text(text)) => wql(text, class).map(Self::Wql),
            (xpath::XPATH, Expression::Text(text)) => {
                XPath::parse(text, &filter.namespaces()).map(Self::XPath).map_err(|error| unusable(&error))
            }
            // "Selector Filter Dialect can only be used for class-specific resource URIs."
            (filter::SELECTOR_FILTER, Expression::Element(_)) if class.class.is_all() => {
                Err(unusable(&"expected the resource URI of one class, found that of all"))
            }
            (filter::SELECTOR_FILTER, Expression::Element(set)) => {
                SelectorFilter::read(set).map(Self::Selectors).map_err(|error| unusable(&error))
            }
            (filter::SELECTOR_FILTER, _) => {
                Err(unusable(&"expected a SelectorSet in the filter, found text"))
            }
            _ => Err(unusable(&"expected text in the filter, found an element")),
        }
    }

    fn holds(&self, instance: &Instance) -> Result<bool> {
        let representation = instance.representation.element();
        match self {
            Self::All => Ok(true),
            Self::Wql(query) => Ok(query.is_match(representation)),
            Self::XPath(expression) => Ok(expression.is_match(representation)),
            Self::Selectors(selectors) => {
                selectors.is_match(representation).map_err(|error| unusable(&error))
            }
        }
    }
}

/// Reads a query, whose class must be the one of a class-specific URI.
fn wql(text: &str, class: &ClassUri) -> Result<Query> {
    let query = Query::parse(text).map_err(|error| unusable(&error))?;
    let expected = class.class.as_str();
    if class.class.is_all() || expected.eq_ignore_ascii_case(query.class()) {
        return Ok(query);
    }
    Err(unusable(&format!("expected FROM {expected} as the resource URI has it, found {}", query.class())))
}

/// The header of a request for all classes whose query names one: the resource is then that class.
pub(in crate::server) fn narrowed(call: &Call<'_>) -> Option<RequestHeader> {
    let class = ClassUri::parse(call.header.resource_uri.as_ref()?).filter(|uri| uri.class.is_all())?;
    let asked: Enumerate = call.envelope.body()?.read().ok()?;
    let filter = asked.filter.filter(|filter| filter.dialect() == filter::WQL)?;
    let Ok(Expression::Text(text)) = filter.expression() else { return None };
    let query = Query::parse(text).ok()?;
    let uri = ClassUri { class: ClassName::new(query.class()), ..class }.to_uri();
    Some(RequestHeader { resource_uri: Some(uri), ..call.header.clone() })
}

fn dialects() -> Vec<String> {
    [filter::WQL, filter::SELECTOR_FILTER, xpath::XPATH].map(str::to_owned).to_vec()
}

fn unusable(why: &dyn Display) -> Refusal {
    Refusal::told(FaultReason::CannotProcessFilter, &why.to_string())
}
