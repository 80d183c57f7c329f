use crate::limits::WQL_LIKE_CHARS_MAX;
use crate::wsman::filter::wql::error::WqlError;

/// [MS-WMI 2.2.1] A pattern of LIKE: `%` any text, `_` any character, `[a-f]` `[abc]` one of these, `[^a]` none of
/// them. Case makes no difference.
///
/// [MS-WMI 2.2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wmi
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikePattern {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    AnyText,
    AnyCharacter,
    Character(char),
    Set { ranges: Vec<(char, char)>, is_negated: bool },
}

impl LikePattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, WqlError> {
        if text.chars().nth(WQL_LIKE_CHARS_MAX).is_some() {
            return Err(WqlError::TooMany { what: "characters of a pattern", max: WQL_LIKE_CHARS_MAX });
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let after = rest.get(first.len_utf8()..).unwrap_or_default();
            let (part, after) = match first {
                '[' => set(after)?,
                '%' => (Part::AnyText, after),
                '_' => (Part::AnyCharacter, after),
                other => (Part::Character(fold(other)), after),
            };
            parts.push(part);
            rest = after;
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the whole of `text` fits.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.steps(text).0
    }

    /// The same, with the number of steps that it took: at most one for each pair of a character and a part.
    ///
    /// Only the last `%` is ever returned to: what an earlier one took makes no difference to what can follow.
    pub(super) fn steps(&self, text: &str) -> (bool, usize) {
        let mut rest = text.chars();
        let mut parts = self.parts.as_slice();
        let mut last_any = None;
        let mut steps = 0_usize;
        loop {
            steps = steps.saturating_add(1);
            let before = rest.clone();
            match (parts.split_first(), rest.next()) {
                (Some((Part::AnyText, others)), _) => {
                    rest = before;
                    parts = others;
                    last_any = Some((rest.clone(), others));
                }
                (None, None) => return (true, steps),
                (Some((part, others)), Some(character)) if part.fits(character) => parts = others,
                // What the last `%` takes grows by a character, and what is behind it is tried again.
                _ => {
                    let Some((mut longer, behind)) = last_any else { return (false, steps) };
                    if longer.next().is_none() {
                        return (false, steps);
                    }
                    rest = longer.clone();
                    parts = behind;
                    last_any = Some((longer, behind));
                }
            }
        }
    }
}

impl Part {
    fn fits(&self, character: char) -> bool {
        let character = fold(character);
        match self {
            Self::AnyText => false,
            Self::AnyCharacter => true,
            Self::Character(own) => *own == character,
            Self::Set { ranges, is_negated } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *is_negated
            }
        }
    }
}

/// One character without case; the few that become two keep the first.
fn fold(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

/// What stands behind a `[`, up to its `]`.
fn set(rest: &str) -> Result<(Part, &str), WqlError> {
    let (inside, after) = rest.split_once(']').ok_or(WqlError::Pattern)?;
    let (is_negated, inside) = match inside.strip_prefix('^') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    let mut ranges = Vec::new();
    let mut characters = inside.chars().map(fold).peekable();
    while let Some(low) = characters.next() {
        let is_range = characters.peek() == Some(&'-') && characters.clone().nth(1).is_some();
        let high = if is_range { characters.nth(1).unwrap_or(low) } else { low };
        ranges.push((low, high));
    }
    if ranges.is_empty() {
        return Err(WqlError::Pattern);
    }
    Ok((Part::Set { ranges, is_negated }, after))
}
