//! Tables of many rows, each named by selectors.

use std::sync::Arc;

use crate::limits::CONFIG_ROWS_MAX;
use crate::server::Config;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::resources::Instance;
use crate::soap::Opaque;
use crate::wsman::FaultReason;
use crate::wsman::InvalidSelectors;
use crate::wsman::ResourceUri;
use crate::wsman::Selector;
use crate::wsman::SelectorSet;
use crate::wsman::SelectorValue;
use crate::wsman::WsmanErrorCode;
use crate::wsman::config::ConfigResource;
use crate::wsman::config::Table;
use crate::xml::Document;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::Writer;

type Result<T> = std::result::Result<T, Refusal>;

/// What a kind of rows is.
pub(super) trait Rows {
    type Row: ConfigResource + Clone;

    /// The names of the selectors.
    const KEYS: &'static [&'static str];

    fn rows(config: &Config) -> &[Self::Row];
    fn rows_mut(config: &mut Config) -> &mut Vec<Self::Row>;

    /// What a selector has to be for the row.
    fn key(row: &Self::Row, name: &str) -> String;

    /// Writes a selector into a row that is to be created.
    fn set_key(row: &mut Self::Row, name: &str, value: &str);

    /// Completes a row that is to be created, and refuses one that can't be.
    fn create(config: &mut Config, row: &mut Self::Row) -> Result<()>;

    /// Refuses a change, before and after.
    fn change(config: &mut Config, before: &Self::Row, after: &mut Self::Row) -> Result<()>;

    /// Leaves out what is computed and can't be set: a change of a fragment comes with all the rest of the row.
    fn forget_computed(_: &mut Self::Row) {}

    /// The row as it is told.
    fn view(config: &Config, row: &Self::Row) -> Self::Row;
}

pub(super) fn get<R: Rows>(config: &Config, call: &Call<'_>) -> Result<Instance> {
    let place = find::<R>(config, call)?;
    let row = R::rows(config).get(place).ok_or(UNKNOWN)?;
    instance::<R>(config, row)
}

pub(super) fn put<R: Rows>(
    config: &mut Config,
    call: &Call<'_>,
    representation: Element<'_>,
) -> Result<Instance> {
    let place = find::<R>(config, call)?;
    let mut newer = R::Row::read_known(representation)?;
    require_same_keys::<R>(&newer, call)?;
    if call.header.fragment_transfer.is_some() {
        R::forget_computed(&mut newer);
    }
    let before = R::rows(config).get(place).ok_or(UNKNOWN)?.clone();
    let mut after = before.clone();
    after.merge(newer);
    R::change(config, &before, &mut after)?;
    if let Some(row) = R::rows_mut(config).get_mut(place) {
        *row = after.clone();
    }
    instance::<R>(config, &after)
}

pub(super) fn create<R: Rows>(
    config: &mut Config,
    call: &Call<'_>,
    representation: Element<'_>,
) -> Result<Instance> {
    let keys = keys::<R>(call)?;
    let mut row = R::Row::read_known(representation)?;
    require_same_keys::<R>(&row, call)?;
    for (name, value) in &keys {
        R::set_key(&mut row, name, value);
    }
    if place_of::<R>(config, &keys).is_some() {
        return Err(FaultReason::AlreadyExists(WsmanErrorCode::ALREADY_EXISTS).into());
    }
    if R::rows(config).len() >= CONFIG_ROWS_MAX {
        return Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_SYSTEM).into());
    }
    R::create(config, &mut row)?;
    R::rows_mut(config).push(row.clone());
    instance::<R>(config, &row)
}

pub(super) fn delete<R: Rows>(config: &mut Config, call: &Call<'_>) -> Result<()> {
    let place = find::<R>(config, call)?;
    R::rows_mut(config).remove(place);
    Ok(())
}

pub(super) fn enumerate<R: Rows>(config: &Config) -> Result<Vec<Arc<Instance>>> {
    R::rows(config).iter().map(|row| instance::<R>(config, row).map(Arc::new)).collect()
}

const UNKNOWN: FaultReason = FaultReason::InvalidSelectors(InvalidSelectors::Unexpected);

/// The selectors of a call: each of the keys, and nothing else.
fn keys<R: Rows>(call: &Call<'_>) -> Result<Vec<(&'static str, String)>> {
    let selectors = &call.header.selector_set;
    let is_key = |selector: &Selector| R::KEYS.iter().any(|key| selector.name.eq_ignore_ascii_case(key));
    if !selectors.0.iter().all(is_key) {
        return Err(UNKNOWN.into());
    }
    let missing = FaultReason::InvalidSelectors(InvalidSelectors::Insufficient);
    let found = R::KEYS.iter().map(|key| Some((*key, selectors.text(key)?.trim().to_owned())));
    Ok(found.collect::<Option<_>>().ok_or(missing)?)
}

/// [MS-WSMV] 3.1.4.1.2: "MUST treat all selector names and values as case-insensitive".
fn place_of<R: Rows>(config: &Config, keys: &[(&'static str, String)]) -> Option<usize> {
    let fits = |row: &R::Row| keys.iter().all(|(name, value)| R::key(row, name).eq_ignore_ascii_case(value));
    R::rows(config).iter().position(fits)
}

fn find<R: Rows>(config: &Config, call: &Call<'_>) -> Result<usize> {
    Ok(place_of::<R>(config, &keys::<R>(call)?).ok_or(UNKNOWN)?)
}

/// A representation may repeat the keys, and can't change them.
fn require_same_keys<R: Rows>(row: &R::Row, call: &Call<'_>) -> Result<()> {
    let is_other = |(name, value): &(&'static str, String)| {
        let key = R::key(row, name);
        !key.is_empty() && !key.eq_ignore_ascii_case(value)
    };
    match keys::<R>(call)?.iter().any(is_other) {
        true => Err(FaultReason::InternalError(WsmanErrorCode::CONFIG_CANNOT_CHANGE_CERTMAPPING_KEYS).into()),
        false => Ok(()),
    }
}

pub(super) fn instance<R: Rows>(config: &Config, row: &R::Row) -> Result<Instance> {
    let selector =
        |name: &&str| Selector { name: (*name).to_owned(), value: SelectorValue::Text(R::key(row, name)) };
    Ok(Instance {
        resource_uri: ResourceUri::new(R::Row::URI),
        selector_set: SelectorSet(R::KEYS.iter().map(selector).collect()),
        representation: represent(&R::view(config, row))?,
    })
}

/// A table as what is told of it.
pub(super) fn represent<T: ConfigResource>(table: &T) -> Result<Opaque> {
    let mut writer = Writer::new();
    writer.write(table);
    let document = Document::parse(writer.finish().as_bytes());
    let failed = |_| FaultReason::InternalError(WsmanErrorCode::INVALID_XML);
    let document = document.map_err(failed)?;
    Ok(Opaque::from_xml(document.root()).map_err(failed)?)
}
