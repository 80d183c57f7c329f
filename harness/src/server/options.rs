//! [DSP0226 6.4] What becomes of the options of a request.

use crate::server::Config;
use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::shell::option;
use crate::soap::ExpandedName;
use crate::soap::NotUnderstood;
use crate::wsman::FaultReason;
use crate::wsman::InvalidOptions;
use crate::wsman::OptionSet;
use crate::wsman::ResourceUri;

/// What a resource does with options.
enum Support {
    /// It knows these.
    Known(&'static [&'static str]),
    /// It has none.
    Absent,
    /// It takes any and uses those that it knows, `MustComply` or not: Windows does so for WMI ([MS-WSMV] note <52>).
    Lenient,
}

const OF_COMMAND_SHELLS: &[&str] = &[
    option::NOPROFILE,
    option::CODEPAGE,
    option::CONSOLEMODE_STDIN,
    option::SKIP_CMD_SHELL,
    option::KEEPALIVE,
];

/// Refuses options that must be obeyed and can't be.
pub(super) fn refuse(call: &Call<'_>, config: &Config) -> Option<FaultReason> {
    match support(call.header.resource_uri.as_ref()?.as_str()) {
        Support::Lenient => None,
        // "With it a service that has no option support answers NotUnderstood."
        Support::Absent => {
            let mut blocks = call.envelope.header_blocks();
            let block = blocks.find(|block| block.element.is(OptionSet::ELEMENT) && block.is_mandatory())?;
            Some(FaultReason::MustUnderstand(vec![NotUnderstood(ExpandedName::of(block.element))]))
        }
        // "An option flagged MustComply is carried out or refused."
        Support::Known(names) => {
            let is_unknown = |name: &str| !names.iter().any(|known| known.eq_ignore_ascii_case(name));
            let mut options = call.header.option_set.0.iter();
            let refused = options.any(|option| option.must_comply == Some(true) && is_unknown(&option.name));
            let is_refused = refused && !config.is_mutant(Mutant::IgnoresMustComply);
            is_refused.then_some(FaultReason::InvalidOptions(InvalidOptions::NotSupported))
        }
    }
}

fn support(uri: &str) -> Support {
    let is_below = |root: &str| uri.get(..root.len()).is_some_and(|start| start.eq_ignore_ascii_case(root));
    if uri.eq_ignore_ascii_case(ResourceUri::CMD) {
        return Support::Known(OF_COMMAND_SHELLS);
    }
    if uri.eq_ignore_ascii_case(ResourceUri::SHELL) || is_below(ResourceUri::CONFIG) {
        return Support::Absent;
    }
    Support::Lenient
}
