/// [RFC 9110 5.5] one header field: its name in the case it came in, and the octets of its value without the white
/// space around them.
///
/// [RFC 9110 5.5]: https://www.rfc-editor.org/rfc/rfc9110#section-5.5
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The field name.
    pub name: String,
    /// The field value: octets, since nothing says in which charset.
    pub value: Vec<u8>,
}

/// The header fields of one message in their order. Names compare without case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<Header>);

impl Headers {
    /// No fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field after all others.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) {
        self.0.push(Header { name: name.into(), value: value.into() });
    }

    /// Removes every field of this name, then adds it once at the end.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) {
        let name = name.into();
        self.remove(&name);
        self.push(name, value);
    }

    /// Removes every field of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|header| !header.name.eq_ignore_ascii_case(name));
    }

    /// Whether there is a field of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// The value of the first field of this name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// The value of the first field of this name when it is UTF-8.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.first(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The values of all fields of this name in their order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.0
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.as_slice())
    }

    /// The members of a comma-separated field, over all lines that carry it, empty members left out.
    pub fn members(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.all(name)
            .flat_map(|value| value.split(|octet| *octet == b','))
            .map(<[u8]>::trim_ascii)
            .filter(|member| !member.is_empty())
    }

    /// Whether a comma-separated field has this member, compared without case.
    #[must_use]
    pub fn has_member(&self, name: &str, member: &str) -> bool {
        self.members(name).any(|found| found.eq_ignore_ascii_case(member.as_bytes()))
    }

    /// All fields in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.0.iter()
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = &'a Header;
    type IntoIter = std::slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Headers;

    #[test]
    fn names_compare_without_case_and_keep_their_own() {
        let mut headers = Headers::new();
        headers.push("WWW-Authenticate", "Negotiate");
        headers.push("www-authenticate", "Kerberos");
        assert_eq!(headers.all("Www-Authenticate").count(), 2);
        assert_eq!(headers.iter().next().map(|header| header.name.as_str()), Some("WWW-Authenticate"));
    }

    #[test]
    fn members_join_lines_and_skip_empty_ones() {
        let mut headers = Headers::new();
        headers.push("Connection", "Keep-Alive, ,upgrade");
        headers.push("connection", " CLOSE ");
        assert!(headers.has_member("Connection", "close"));
        assert_eq!(headers.members("connection").count(), 3);
    }

    #[test]
    fn set_leaves_one_field_of_the_name() {
        let mut headers = Headers::new();
        headers.push("host", "a");
        headers.push("Host", "b");
        headers.set("HOST", "c");
        assert_eq!(headers.len(), 1);
        assert_eq!(headers.text("host"), Some("c"));
    }
}
