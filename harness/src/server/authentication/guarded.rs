use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use crate::auth::AuthError;
use crate::auth::Established;
use crate::auth::Foresight;
use crate::auth::Principal;
use crate::auth::SecurityContext;
use crate::auth::Step;

/// A context whose panics end its connection and nothing else.
///
/// What a context reads comes from strangers, and some of it is read by libraries that panic where they should refuse.
/// All connections share one server, so that a panic must not get through to it.
pub(in crate::server) struct Guarded {
    context: Box<dyn SecurityContext>,
    is_broken: bool,
}

impl Guarded {
    pub(super) fn new(context: Box<dyn SecurityContext>) -> Self {
        Self { context, is_broken: false }
    }

    /// Whether the context panicked: nothing of it may be used any more, and its connection has to end.
    pub(in crate::server) fn is_broken(&self) -> bool {
        self.is_broken
    }

    fn call<T>(
        &mut self,
        call: impl FnOnce(&mut dyn SecurityContext) -> Result<T, AuthError>,
    ) -> Result<T, AuthError> {
        if self.is_broken {
            return Err(AuthError::Finished);
        }
        let called = catch_unwind(AssertUnwindSafe(|| call(self.context.as_mut())));
        called.unwrap_or_else(|_| {
            self.is_broken = true;
            Err(AuthError::LibraryPanicked)
        })
    }
}

impl SecurityContext for Guarded {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        self.call(|context| context.step(token))
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.call(|context| context.seal(message))
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        let unsealed = self.call(|context| context.unseal(header, message));
        unsealed.inspect_err(|_| message.clear())
    }

    /// Nothing that a stranger sent is read here.
    fn foresee(&mut self, len: usize) -> Result<Foresight<'_>, AuthError> {
        match self.is_broken {
            true => Err(AuthError::Finished),
            false => self.context.foresee(len),
        }
    }

    fn principal(&self) -> Option<&Principal> {
        self.context.principal().filter(|_| !self.is_broken)
    }

    fn established(&self) -> Option<&Established> {
        self.context.established().filter(|_| !self.is_broken)
    }
}
