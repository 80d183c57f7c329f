use crate::requirement::RequirementId;
use crate::wsx::bounds::ATTEMPTS_MAX;
use crate::wsx::case::Blame;
use crate::wsx::case::ConnectionId;
use crate::wsx::case::StepNumber;
use crate::wsx::error::WsxError;
use crate::wsx::source::Line;
use crate::wsx::source::words;

/// A `-- … --` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    /// `NN cX > layer [setup | for ID,…]`
    Send { number: StepNumber, connection: ConnectionId, layer: String, blame: Blame },
    /// `NN cX < layer [setup | for ID,…] [any-of LABEL]`
    Expect {
        number: StepNumber,
        connection: ConnectionId,
        layer: String,
        blame: Blame,
        any_of: Option<String>,
    },
    /// `NN assert`
    Assert(StepNumber),
    /// `NN loop N`
    Loop(StepNumber, u16),
    /// `finally`
    Finally,
}

/// Whether the line is a heading, well-formed or not.
pub(crate) fn is_heading(text: &str) -> bool {
    text.starts_with("-- ")
}

impl Heading {
    pub(crate) fn parse(line: &Line<'_>) -> Result<Self, WsxError> {
        let inner = line.text.trim_end().strip_prefix("-- ").and_then(|text| text.strip_suffix(" --"));
        let inner = inner.ok_or_else(|| line.expected("`-- … --`", line.text))?;
        let mut words = words(inner);
        let mut next = |expected| words.next().ok_or_else(|| line.error_at(1, missing(expected)));
        let first = next("a step number or `finally`")?;
        if first == "finally" {
            return end(words, line, Self::Finally);
        }
        let number =
            StepNumber::parse(first).ok_or_else(|| line.expected("a step number, as `02`", first))?;
        match next("a connection, `assert` or `loop`")? {
            "assert" => end(words, line, Self::Assert(number)),
            "loop" => {
                let count = next("how often at most")?;
                let attempts = count.parse().ok().filter(|count| (1..=ATTEMPTS_MAX).contains(count));
                let attempts = attempts.ok_or_else(|| line.expected("a number from 1 to 1000", count))?;
                end(words, line, Self::Loop(number, attempts))
            }
            connection => {
                let connection = ConnectionId::parse(connection)
                    .ok_or_else(|| line.expected("a connection, as `c1`, `assert` or `loop`", connection))?;
                let direction = next("`>` or `<`")?;
                let layer = next("a layer")?.to_owned();
                match direction {
                    ">" => match options(words, line)? {
                        (blame, None) => Ok(Self::Send { number, connection, layer, blame }),
                        (_, Some(label)) => Err(line.expected("`any-of` with `<` only", &label)),
                    },
                    "<" => {
                        let (blame, any_of) = options(words, line)?;
                        Ok(Self::Expect { number, connection, layer, blame, any_of })
                    }
                    _ => Err(line.expected("`>` or `<`", direction)),
                }
            }
        }
    }
}

fn missing(expected: &'static str) -> crate::wsx::error::WsxReason {
    crate::wsx::error::WsxReason::expected(expected, "")
}

fn end<'a>(
    mut words: impl Iterator<Item = &'a str>,
    line: &Line<'_>,
    heading: Heading,
) -> Result<Heading, WsxError> {
    match words.next() {
        None => Ok(heading),
        Some(extra) => Err(line.expected("the end of the heading", extra)),
    }
}

fn options<'a>(
    mut words: impl Iterator<Item = &'a str>,
    line: &Line<'_>,
) -> Result<(Blame, Option<String>), WsxError> {
    let mut blame = Blame::Required;
    let mut any_of = None;
    while let Some(word) = words.next() {
        match word {
            "setup" if blame == Blame::Required => blame = Blame::Setup,
            "for" if blame == Blame::Required => {
                let ids = words.next().unwrap_or("").split(',').map(RequirementId::parse);
                let ids = ids.collect::<Result<Vec<_>, _>>();
                blame = Blame::Only(ids.map_err(|_| line.expected("requirement ids after `for`", word))?);
            }
            "any-of" if any_of.is_none() => {
                let label = words.next().filter(|label| is_slug(label));
                any_of = Some(label.ok_or_else(|| line.expected("a label after `any-of`", word))?.to_owned());
            }
            _ => return Err(line.expected("`setup`, `for ID,…` or `any-of LABEL`, each once", word)),
        }
    }
    Ok((blame, any_of))
}

/// Lower-case words of letters and digits with hyphens between.
pub(crate) fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}
