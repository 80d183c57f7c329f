//! [WS-Transfer] Get, Put, Create and Delete of any resource, whole or in fragments.

use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::resources::Resource;
use crate::server::resources::unsupported;

type Result<T> = std::result::Result<T, Refusal>;

pub(super) fn get(call: &Call<'_>, _resource: &dyn Resource) -> Result<Success> {
    Err(unsupported(call))
}

pub(super) fn put(call: &Call<'_>, _resource: &mut dyn Resource) -> Result<Success> {
    Err(unsupported(call))
}

pub(super) fn create(call: &Call<'_>, _resource: &mut dyn Resource) -> Result<Success> {
    Err(unsupported(call))
}

pub(super) fn delete(call: &Call<'_>, _resource: &mut dyn Resource) -> Result<Success> {
    Err(unsupported(call))
}
