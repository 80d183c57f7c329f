//! What a selector set and an option set may hold at most, looked at before anything of it is copied.

use crate::addressing::Address;
use crate::addressing::EndpointReference;
use crate::limits::WSMAN_NAME_CHARS_MAX;
use crate::limits::WSMAN_OPTIONS_MAX;
use crate::limits::WSMAN_REFERENCE_DEPTH_MAX;
use crate::limits::WSMAN_REFERENCES_MAX;
use crate::limits::WSMAN_SELECTOR_SET_CHARS_MAX;
use crate::limits::WSMAN_SELECTORS_MAX;
use crate::limits::WSMAN_VALUE_CHARS_MAX;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::WsmanError;
use crate::xml::Element;
use crate::xml::QName;

const NAME: QName = QName::local("Name");

/// [DSP0226 13.4] The bounds of a selector set; each level also has each name once, and values of a known kind.
pub(super) fn check_selector_set(set: Element<'_>) -> Result<(), WsmanError> {
    let mut budget =
        Budget { chars_left: WSMAN_SELECTOR_SET_CHARS_MAX, references_left: WSMAN_REFERENCES_MAX };
    budget.set(set, WSMAN_REFERENCE_DEPTH_MAX)
}

/// [DSP0226 13.4] The bounds of an option set.
pub(super) fn check_option_set(set: Element<'_>) -> Result<(), WsmanError> {
    if set.children().nth(WSMAN_OPTIONS_MAX).is_some() {
        return Err(WsmanError::TooManyOptions { max: WSMAN_OPTIONS_MAX });
    }
    for option in set.children() {
        let name = option.attribute(NAME).unwrap_or_default();
        for (what, text, max) in
            [("name", name, WSMAN_NAME_CHARS_MAX), ("value", option.trimmed_text(), WSMAN_VALUE_CHARS_MAX)]
        {
            if text.chars().nth(max).is_some() {
                return Err(WsmanError::LongOption { what, max });
            }
        }
    }
    Ok(())
}

/// What a selector set may still hold.
struct Budget {
    chars_left: usize,
    references_left: usize,
}

impl Budget {
    fn set(&mut self, set: Element<'_>, depth_left: usize) -> Result<(), WsmanError> {
        if set.children().nth(WSMAN_SELECTORS_MAX).is_some() {
            return Err(WsmanError::TooManySelectors { max: WSMAN_SELECTORS_MAX });
        }
        let mut names: Vec<&str> = Vec::new();
        for selector in set.children() {
            let name = selector.attribute(NAME).unwrap_or_default();
            self.spend("name", name, WSMAN_NAME_CHARS_MAX)?;
            if names.iter().any(|earlier| earlier.eq_ignore_ascii_case(name)) {
                return Err(WsmanError::DuplicateSelector { name: name.to_owned() });
            }
            names.push(name);
            self.value(selector, name, depth_left)?;
        }
        Ok(())
    }

    /// "A selector value is either a simple schema-typed value or a nested endpoint reference."
    fn value(&mut self, selector: Element<'_>, name: &str, depth_left: usize) -> Result<(), WsmanError> {
        let mut children = selector.children();
        match (children.next(), children.next()) {
            (None, _) => self.spend("value", selector.trimmed_text(), WSMAN_VALUE_CHARS_MAX),
            (Some(child), None) if child.is(EndpointReference::NAME) => self.reference(child, depth_left),
            _ => Err(WsmanError::SelectorKind { name: name.to_owned() }),
        }
    }

    fn reference(&mut self, reference: Element<'_>, depth_left: usize) -> Result<(), WsmanError> {
        let depth_left = depth_left
            .checked_sub(1)
            .ok_or(WsmanError::LongSelector { what: "depth", max: WSMAN_REFERENCE_DEPTH_MAX })?;
        self.references_left = self
            .references_left
            .checked_sub(1)
            .ok_or(WsmanError::LongSelector { what: "references", max: WSMAN_REFERENCES_MAX })?;
        let address = reference.child(Address::NAME).map_or("", Element::trimmed_text);
        self.spend("address", address, WSMAN_VALUE_CHARS_MAX)?;
        let groups = [EndpointReference::REFERENCE_PARAMETERS, EndpointReference::REFERENCE_PROPERTIES];
        for group in groups.into_iter().filter_map(|name| reference.child(name)) {
            let uri = group.child(ResourceUri::NAME).map_or("", Element::trimmed_text);
            self.spend("resource URI", uri, WSMAN_NAME_CHARS_MAX)?;
            for set in group.children().filter(|child| child.is(SelectorSet::ELEMENT)) {
                self.set(set, depth_left)?;
            }
        }
        Ok(())
    }

    fn spend(&mut self, what: &'static str, text: &str, max: usize) -> Result<(), WsmanError> {
        let count = text.chars().count();
        if count > max {
            return Err(WsmanError::LongSelector { what, max });
        }
        let too_much = WsmanError::LongSelector { what: "content", max: WSMAN_SELECTOR_SET_CHARS_MAX };
        self.chars_left = self.chars_left.checked_sub(count).ok_or(too_much)?;
        Ok(())
    }
}
